import { RepeatIcon, XIcon } from "lucide-react";
import { type ComponentType, lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { $api } from "@/api";
import { CopyButton } from "@/components/copy-button";
import { Trouble } from "@/components/trouble";
import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import { Tabs, TabsContent, TabsList, TabsTrigger } from "@/components/ui/tabs";
import { EndingChip } from "../ending-chip";
import { useLogFormat } from "../use-log-format";
import { type Bodies, WithBodies } from "./bodies";
import { CopyMenu } from "./copy-menu";
import { CostTab } from "./cost-tab";
import { RouteTab } from "./route-tab";
import { HeaderSentence } from "./sentence";
import type { RecordOut } from "./sentence-of";

type BodiesTab = ComponentType<{ record: RecordOut; bodies: Bodies }>;

const TABS = ["conversation", "route", "wire", "cost", "replay"] as const;
const ConversationTab = lazy(async () => ({ default: (await import("./conversation-tab")).ConversationTab }));
const WireTab = lazy(async () => ({ default: (await import("./wire-tab")).WireTab }));
const ReplayTab = lazy(async () => ({ default: (await import("./replay-tab")).ReplayTab }));

interface Props {
  id: string;
  tab?: string;
  onTab: (tab: string) => void;
  onClose: () => void;
}

/** Everything about one call. */
export default function Inspector({ id, tab, onTab, onClose }: Props) {
  const { t } = useTranslation("log");
  const params = { path: { request_id: id } };
  const { data, error, refetch } = $api.useQuery(
    "get",
    "/api/usage/records/{request_id}",
    { params },
    { staleTime: Number.POSITIVE_INFINITY },
  );
  return (
    <>
      <header className="flex flex-col gap-2 border-b px-4 py-3">
        <div className="flex items-start gap-2">
          <h2 className="sr-only">{t("inspector.title", { id })}</h2>
          <div className="min-w-0 flex-1">
            {data ? <HeaderSentence record={data} /> : !error && <Skeleton className="h-10" />}
          </div>
          <Button size="icon-sm" variant="ghost" onClick={onClose} aria-label={t("inspector.close")}>
            <XIcon />
          </Button>
        </div>
        {data && <Summary record={data} onReplay={() => onTab("replay")} />}
      </header>
      {error ? (
        <div className="p-4">
          <Trouble error={error} retry={refetch} />
        </div>
      ) : (
        data && <Content key={id} record={data} tab={tab} onTab={onTab} />
      )}
    </>
  );
}

function Summary({ record, onReplay }: { record: RecordOut; onReplay: () => void }) {
  const { t } = useTranslation("log");
  const format = useLogFormat();
  return (
    <div className="flex flex-wrap items-center gap-2">
      <EndingChip status={record.status} error={record.error} t={t} />
      <span className="text-muted-foreground text-xs tabular-nums">{format.when(record.started_at)}</span>
      <span className="flex min-w-0 items-center text-muted-foreground text-xs">
        <span className="truncate font-mono">{record.request_id}</span>
        <CopyButton text={record.request_id} label={t("inspector.copyId")} />
      </span>
      <span className="ml-auto flex gap-2">
        <Button size="sm" variant="outline" onClick={onReplay}>
          <RepeatIcon /> {t("inspector.replay")}
        </Button>
        <CopyMenu id={record.request_id} />
      </span>
    </div>
  );
}

function Content({ record, tab, onTab }: { record: RecordOut; tab?: string; onTab: (tab: string) => void }) {
  const { t } = useTranslation("log");
  const open = TABS.find((each) => each === tab) ?? "conversation";
  const withBodies = (Tab: BodiesTab) => (
    <WithBodies id={record.request_id}>{(bodies) => <Tab record={record} bodies={bodies} />}</WithBodies>
  );
  return (
    <Tabs value={open} onValueChange={onTab} className="flex min-h-0 flex-1 flex-col gap-0">
      <div className="px-4 pt-3">
        <TabsList>
          {TABS.map((each) => (
            <TabsTrigger key={each} value={each}>
              {t(`tab.${each}`)}
            </TabsTrigger>
          ))}
        </TabsList>
      </div>
      <TabsContent value={open} className="min-h-0 overflow-y-auto p-4">
        <Suspense fallback={<Skeleton className="h-40" />}>
          {open === "conversation" && withBodies(ConversationTab)}
          {open === "route" && <RouteTab record={record} />}
          {open === "wire" && withBodies(WireTab)}
          {open === "cost" && <CostTab record={record} />}
          {open === "replay" && withBodies(ReplayTab)}
        </Suspense>
      </TabsContent>
    </Tabs>
  );
}
