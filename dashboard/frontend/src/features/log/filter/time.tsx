import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Field } from "@/components/field";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { Popover, PopoverContent, PopoverTrigger } from "@/components/ui/popover";
import type { Filters } from "../filters";
import { useLogFormat } from "../use-log-format";
import type { Change } from "./bar";
import { Remove } from "./facet";
import { asLocal, fromLocal, SPANS, sinceOf } from "./spans";

/** From when until when: some spans by name, or any two times. */
export function TimeFilter({ filters, onChange }: { filters: Filters; onChange: Change }) {
  const { t } = useTranslation("log");
  const [isOpen, setOpen] = useState(false);
  const isSet = !!(filters.since || filters.until);
  const choose = (change: Filters) => {
    setOpen(false);
    onChange(change);
  };
  return (
    <span className={isSet ? "inline-flex rounded-md bg-secondary" : "inline-flex"}>
      <Popover open={isOpen} onOpenChange={setOpen}>
        <PopoverTrigger asChild>
          <Button
            size="sm"
            variant={isSet ? "secondary" : "outline"}
            className={isSet ? "" : "border-dashed text-muted-foreground"}
          >
            {t("filter.time")}
            {isSet && <Told filters={filters} />}
          </Button>
        </PopoverTrigger>
        <PopoverContent className="flex w-64 flex-col gap-3 p-3">
          <div className="grid grid-cols-2 gap-1.5">
            {SPANS.map((span) => (
              <Button
                key={span}
                size="sm"
                variant="outline"
                onClick={() => choose({ since: sinceOf(span, new Date()), until: undefined })}
              >
                {t(`filter.spans.${span}`)}
              </Button>
            ))}
          </div>
          <Field label={t("filter.since")}>
            <Input
              type="datetime-local"
              value={asLocal(filters.since)}
              onChange={(event) => onChange({ since: fromLocal(event.target.value) })}
            />
          </Field>
          <Field label={t("filter.until")}>
            <Input
              type="datetime-local"
              value={asLocal(filters.until)}
              onChange={(event) => onChange({ until: fromLocal(event.target.value) })}
            />
          </Field>
        </PopoverContent>
      </Popover>
      {isSet && (
        <Remove name={t("filter.time")} onRemove={() => onChange({ since: undefined, until: undefined })} />
      )}
    </span>
  );
}

function Told({ filters: { since, until } }: { filters: Filters }) {
  const { t } = useTranslation("log");
  const format = useLogFormat();
  const times = { since: since && format.when(since), until: until && format.when(until) };
  const text = since
    ? until
      ? t("filter.between", times)
      : t("filter.sinceTime", times)
    : t("filter.untilTime", times);
  return <span className="max-w-56 truncate font-semibold">{text}</span>;
}
