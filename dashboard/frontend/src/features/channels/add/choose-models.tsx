import { LoaderCircleIcon } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Channel } from "@/api/queries";
import { Field } from "@/components/field";
import { Trouble } from "@/components/trouble";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { DialogFooter } from "@/components/ui/dialog";
import { Input } from "@/components/ui/input";
import { Label } from "@/components/ui/label";
import { typedModels } from "../models/rows";
import { VirtualRows } from "../virtual-rows";
import { useChoice } from "./use-choice";

/** Which of the provider's models the new channel is to offer. */
export function ChooseModels({
  channel,
  onChosen,
}: {
  channel: Channel;
  onChosen: (channel: Channel) => void;
}) {
  const { t } = useTranslation("channels");
  const [query, setQuery] = useState("");
  const [byName, setByName] = useState("");
  const { names, ticked, tick, isFetching, fetchError, fetch, save, isSaving, saveError } =
    useChoice(channel);
  const shown = names.filter((name) => name.toLowerCase().includes(query.trim().toLowerCase()));
  const count = ticked.size + typedModels(byName).length;
  const next = async () => {
    const changed = await save(typedModels(byName));
    if (changed) onChosen(changed);
  };
  return (
    <div className="flex flex-col gap-4">
      {isFetching && (
        <p role="status" className="flex items-center gap-2 text-muted-foreground">
          <LoaderCircleIcon className="size-4 animate-spin" aria-hidden /> {t("choose.fetching")}
        </p>
      )}
      {fetchError !== null && <Trouble error={fetchError} retry={fetch} />}
      {names.length > 0 && (
        <>
          <div className="flex flex-wrap items-center gap-2">
            <Input
              type="search"
              value={query}
              onChange={(event) => setQuery(event.target.value)}
              placeholder={t("models.search")}
              aria-label={t("models.search")}
              className="w-56"
            />
            <span className="flex-1 text-muted-foreground text-xs tabular-nums">
              {t("choose.ticked", { count: ticked.size, all: names.length })}
            </span>
            <Button size="sm" variant="ghost" onClick={() => tick(shown, true)}>
              {t("choose.all")}
            </Button>
            <Button size="sm" variant="ghost" onClick={() => tick(shown, false)}>
              {t("choose.none")}
            </Button>
          </div>
          <VirtualRows
            rows={shown}
            keyOf={(name) => name}
            label={t("models.list")}
            className="max-h-[40vh]"
            render={(name) => (
              <Label className="min-w-0 flex-1 font-normal">
                <Checkbox
                  checked={ticked.has(name)}
                  onCheckedChange={(isOn) => tick([name], isOn === true)}
                />
                <span className="truncate" title={name}>
                  {name}
                </span>
              </Label>
            )}
          />
        </>
      )}
      <Field label={t("models.byName")} hint={t("models.byNameHint")}>
        <Input
          value={byName}
          onChange={(event) => setByName(event.target.value)}
          autoComplete="off"
          spellCheck={false}
        />
      </Field>
      {saveError !== null && <Trouble error={saveError} />}
      <DialogFooter>
        <Button disabled={isSaving || isFetching} onClick={() => void next()}>
          {isSaving && <LoaderCircleIcon className="animate-spin" />}
          {count ? t("choose.next", { count }) : t("choose.later")}
        </Button>
      </DialogFooter>
    </div>
  );
}
