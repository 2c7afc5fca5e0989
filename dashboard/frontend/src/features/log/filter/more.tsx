import { SlidersHorizontalIcon } from "lucide-react";
import { type FormEvent, useId } from "react";
import { useTranslation } from "react-i18next";
import { Field } from "@/components/field";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { Label } from "@/components/ui/label";
import { Popover, PopoverContent, PopoverTrigger } from "@/components/ui/popover";
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from "@/components/ui/select";
import type { Filters } from "../filters";
import { useLogFormat } from "../use-log-format";
import { visible } from "../visible";
import type { Change } from "./bar";
import { Remove } from "./facet";

interface Props {
  filters: Filters;
  onChange: Change;
}

/** The filters that are needed now and then. */
export function MoreFilters({ filters, onChange }: Props) {
  const { t } = useTranslation("log");
  const apply = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const number = (name: string) => (form.get(name) ? Number(form.get(name)) : undefined);
    const seconds = number("slow");
    onChange({
      slow_ms: seconds === undefined ? undefined : seconds * 1000,
      min_cost: number("cost"),
      error: String(form.get("error") ?? "").trim() || undefined,
    });
  };
  const { slow_ms, min_cost, error } = filters;
  return (
    <Popover>
      <PopoverTrigger asChild>
        <Button size="sm" variant="outline" className="border-dashed text-muted-foreground">
          <SlidersHorizontalIcon className="size-3.5!" /> {t("filter.more")}
        </Button>
      </PopoverTrigger>
      <PopoverContent className="flex flex-col gap-3">
        <Either name="stream" filters={filters} onChange={onChange} />
        <Either name="tools" filters={filters} onChange={onChange} />
        <Either name="retried" filters={filters} onChange={onChange} />
        <form
          onSubmit={apply}
          className="flex flex-col gap-3"
          key={JSON.stringify([slow_ms, min_cost, error])}
        >
          <Field label={t("filter.slow")}>
            <Input
              name="slow"
              type="number"
              min={0}
              step="any"
              defaultValue={slow_ms === undefined ? "" : slow_ms / 1000}
            />
          </Field>
          <Field label={t("filter.cost")}>
            <Input name="cost" type="number" min={0} step="any" defaultValue={min_cost} />
          </Field>
          <Field label={t("filter.error")}>
            <Input name="error" maxLength={200} defaultValue={error} />
          </Field>
          <Button type="submit" size="sm">
            {t("filter.apply")}
          </Button>
        </form>
      </PopoverContent>
    </Popover>
  );
}

/** Yes, no, or whichever. */
function Either({ name, filters, onChange }: Props & { name: "stream" | "tools" | "retried" }) {
  const { t } = useTranslation("log");
  const id = useId();
  return (
    <div className="flex items-center justify-between gap-2">
      <Label htmlFor={id}>{t(`filter.${name}`)}</Label>
      <Select
        value={String(filters[name] ?? "any")}
        onValueChange={(value) => onChange({ [name]: value === "any" ? undefined : value === "true" })}
      >
        <SelectTrigger id={id} aria-label={t(`filter.${name}`)}>
          <SelectValue />
        </SelectTrigger>
        <SelectContent>
          <SelectItem value="any">{t("filter.any")}</SelectItem>
          <SelectItem value="true">{t("filter.yes")}</SelectItem>
          <SelectItem value="false">{t("filter.no")}</SelectItem>
        </SelectContent>
      </Select>
    </div>
  );
}

/** Those of them that are set. */
export function MoreChips({ filters, onChange }: Props) {
  const { t } = useTranslation("log");
  const format = useLogFormat();
  const { stream, tools, retried, slow_ms, min_cost, error, replay_of } = filters;
  const chips: [keyof Filters, string | undefined][] = [
    ["stream", stream === undefined ? undefined : t(stream ? "chip.stream" : "chip.noStream")],
    ["tools", tools === undefined ? undefined : t(tools ? "chip.tools" : "chip.noTools")],
    ["retried", retried === undefined ? undefined : t(retried ? "chip.retried" : "chip.notRetried")],
    ["slow_ms", slow_ms === undefined ? undefined : t("chip.slow", { time: format.duration(slow_ms) })],
    ["min_cost", min_cost === undefined ? undefined : t("chip.cost", { cost: format.money(min_cost) })],
    ["error", error && t("chip.error", { text: visible(error) })],
    ["replay_of", replay_of && t("chip.replayOf", { id: visible(replay_of) })],
  ];
  return chips.map(
    ([name, text]) =>
      text && (
        <span
          key={name}
          className="inline-flex h-7 items-center rounded-md bg-secondary pl-2 font-medium text-xs"
        >
          <bdi className="max-w-56 truncate" title={text}>
            {text}
          </bdi>
          <Remove name={text} onRemove={() => onChange({ [name]: undefined })} />
        </span>
      ),
  );
}
