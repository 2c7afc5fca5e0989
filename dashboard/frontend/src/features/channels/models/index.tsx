import { BoxesIcon, LoaderCircleIcon, RefreshCwIcon } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Channel } from "@/api/queries";
import { EmptyState } from "@/components/empty-state";
import { Trouble } from "@/components/trouble";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { ToggleGroup, ToggleGroupItem } from "@/components/ui/toggle-group";
import { useProvider } from "../use-channels";
import { AddModel } from "./add-model";
import { ModelForm } from "./model-form";
import { ModelList } from "./model-list";
import { type ChannelModel, rowsOf, type Shown, shownOf } from "./rows";
import { useModelChanges } from "./use-models";

const SHOWN: Shown[] = ["all", "offered", "new", "gone"];

/** Which of the provider's models the channel offers, and as what. */
export function ModelsTab({ channel }: { channel: Channel }) {
  const { t } = useTranslation("channels");
  const provider = useProvider(channel.provider);
  const changes = useModelChanges(channel);
  const [shown, setShown] = useState<Shown>("all");
  const [query, setQuery] = useState("");
  const [edited, setEdited] = useState<ChannelModel>();
  const rows = rowsOf(channel.models, changes.fetched, channel.gone);
  const count = (kind: Shown) =>
    kind === "all" ? rows.length : rows.filter((row) => row.kind === kind).length;
  const visible = shownOf(rows, shown, query);
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-2">
        <Input
          type="search"
          value={query}
          onChange={(event) => setQuery(event.target.value)}
          placeholder={t("models.search")}
          aria-label={t("models.search")}
          className="w-48"
        />
        <ToggleGroup type="single" value={shown} onValueChange={(next) => next && setShown(next as Shown)}>
          {SHOWN.map((kind) => (
            <ToggleGroupItem key={kind} value={kind} disabled={!count(kind) && kind !== "all"}>
              {t(`models.kinds.${kind}`)} <span className="text-xs tabular-nums">{count(kind)}</span>
            </ToggleGroupItem>
          ))}
        </ToggleGroup>
        {provider?.has_model_list !== false && (
          <Button variant="outline" className="ml-auto" disabled={changes.isFetching} onClick={changes.fetch}>
            {changes.isFetching ? <LoaderCircleIcon className="animate-spin" /> : <RefreshCwIcon />}
            {t("models.fetch")}
          </Button>
        )}
      </div>
      {changes.fetchError !== null && <Trouble error={changes.fetchError} retry={changes.fetch} />}
      <Bulk rows={visible} changes={changes} />
      {rows.length ? (
        <ModelList channel={channel} rows={visible} changes={changes} edit={setEdited} />
      ) : (
        <EmptyState icon={BoxesIcon} title={t("models.none")}>
          {t("models.noneHint")}
        </EmptyState>
      )}
      <AddModel channel={channel} />
      {edited && <ModelForm channel={channel} model={edited} onClose={() => setEdited(undefined)} />}
    </div>
  );
}

/** What can be done to all that are in sight. */
function Bulk({
  rows,
  changes,
}: {
  rows: ReturnType<typeof rowsOf>;
  changes: ReturnType<typeof useModelChanges>;
}) {
  const { t } = useTranslation("channels");
  const names = (kind: string) => rows.filter((row) => row.kind === kind).map((row) => row.name);
  const [fresh, gone] = [names("new"), names("gone")];
  if (!fresh.length && !gone.length) return null;
  return (
    <div className="flex flex-wrap items-center gap-2">
      {fresh.length > 0 && (
        <Button size="sm" variant="outline" disabled={changes.isPending} onClick={() => changes.add(fresh)}>
          {t("models.addNew", { count: fresh.length })}
        </Button>
      )}
      {gone.length > 0 && (
        <Button size="sm" variant="outline" disabled={changes.isPending} onClick={() => changes.remove(gone)}>
          {t("models.removeGone", { count: gone.length })}
        </Button>
      )}
    </div>
  );
}
