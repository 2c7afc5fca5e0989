import { RefreshCwIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { $api, type Schemas } from "@/api";
import type { Channel } from "@/api/queries";
import { Trouble } from "@/components/trouble";
import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import { useFormat } from "@/lib/format";
import { Load, Unload } from "./loading";

/** What the engine has in memory; whatever is there can be dropped, whatever is not can be loaded. */
export function LoadedModels({ channel }: { channel: Channel }) {
  const { t } = useTranslation("channels");
  const { data, error, isFetching, refetch } = $api.useQuery(
    "get",
    "/api/channels/{channel_id}/loaded",
    { params: { path: { channel_id: channel.id } } },
    { staleTime: 0 },
  );
  return (
    <section aria-label={t("loaded.title")} className="flex flex-col gap-2">
      <div className="flex items-center gap-2">
        <h3 className="flex-1 font-medium">{t("loaded.title")}</h3>
        <Button
          variant="ghost"
          size="icon-sm"
          disabled={isFetching}
          onClick={() => void refetch()}
          aria-label={t("loaded.again")}
        >
          <RefreshCwIcon className={isFetching ? "animate-spin" : undefined} />
        </Button>
      </div>
      {error && <Trouble error={error} retry={refetch} />}
      {!error && !data && <Skeleton className="h-16" />}
      {data?.models.length === 0 && <p className="text-muted-foreground">{t("loaded.none")}</p>}
      {data && data.models.length > 0 && <LoadedTable channel={channel} models={data.models} />}
      <Load channel={channel} />
    </section>
  );
}

function LoadedTable({ channel, models }: { channel: Channel; models: Schemas["LoadedModel"][] }) {
  const { t } = useTranslation("channels");
  const format = useFormat();
  return (
    <div className="rounded-lg border bg-card">
      <Table>
        <TableHeader>
          <TableRow>
            <TableHead className="pl-4">{t("loaded.model")}</TableHead>
            <TableHead className="text-right">{t("loaded.size")}</TableHead>
            <TableHead className="text-right">{t("loaded.context")}</TableHead>
            <TableHead>{t("loaded.until")}</TableHead>
            <TableHead>
              <span className="sr-only">{t("loaded.unload")}</span>
            </TableHead>
          </TableRow>
        </TableHeader>
        <TableBody>
          {models.map((model) => (
            <TableRow key={model.instance || model.name}>
              <TableCell className="max-w-56 truncate pl-4" title={model.name}>
                {model.name} <span className="text-muted-foreground text-xs">{model.quantisation}</span>
              </TableCell>
              <TableCell className="text-right tabular-nums">
                {model.size_bytes === null ? "–" : format.bytes(model.size_bytes)}
              </TableCell>
              <TableCell className="text-right tabular-nums">
                {model.context_tokens === null ? "–" : format.count(model.context_tokens)}
              </TableCell>
              <TableCell className="tabular-nums">
                {model.until ? format.when(model.until) : t("loaded.forGood")}
              </TableCell>
              <TableCell className="pr-3 text-right">
                <Unload channel={channel} model={model.name} />
              </TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </div>
  );
}
