import { FlaskConicalIcon, SquareIcon } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { $api } from "@/api";
import type { Channel } from "@/api/queries";
import { Trouble } from "@/components/trouble";
import { Button } from "@/components/ui/button";
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from "@/components/ui/select";
import { useFormat } from "@/lib/format";
import { HelpButton } from "./help-button";
import { NextStage, StageRow } from "./stage-row";
import { useRound } from "./use-round";
import { Verdict } from "./verdict";

const AUTOMATIC = "*"; // no model is called so that could be tested by name

interface Props {
  channel: Channel;
  /** The one to test with, unless the owner chooses another. */
  model?: string;
  /** Begin at once: the owner has just set it up, and was told what it costs. */
  isImmediate?: boolean;
}

/** Tests one channel, stage by stage; what it will use is said before. */
export function TestPanel({ channel, model: asked, isImmediate = false }: Props) {
  const { t } = useTranslation("channels");
  const [model, setModel] = useState(asked ?? AUTOMATIC);
  const { round, error, start, stop } = useRound();
  const run = round.runs[channel.id];
  const isRunning = round.status === "running";
  const begin = () => void start([channel.id], model === AUTOMATIC ? undefined : model);
  const isBegun = useRef(false);
  useEffect(() => {
    if (!isImmediate || isBegun.current) return;
    isBegun.current = true;
    begin();
  });
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-2">
        <ModelChoice channel={channel} value={model} onChange={setModel} />
        {isRunning ? (
          <Button variant="outline" onClick={stop}>
            <SquareIcon /> {t("test.stop")}
          </Button>
        ) : (
          <Button onClick={begin}>
            <FlaskConicalIcon /> {run ? t("test.again") : t("test.start")}
          </Button>
        )}
        <Cost channel={channel} model={model === AUTOMATIC ? "" : model} />
      </div>
      {error !== undefined && <Trouble error={error} retry={begin} />}
      {run && (
        <ol
          aria-label={t("test.result")}
          aria-busy={isRunning}
          className="divide-y rounded-lg border bg-card px-3 py-1"
        >
          {run.stages.map((stage) => (
            <StageRow
              key={stage.name}
              stage={stage}
              help={
                stage.ok || isRunning ? null : <HelpButton stage={stage} channel={channel} again={begin} />
              }
            />
          ))}
          {isRunning && <NextStage />}
        </ol>
      )}
      {run && run.status !== "stopped" && !isRunning && <Verdict run={run} />}
    </div>
  );
}

function ModelChoice({
  channel,
  value,
  onChange,
}: {
  channel: Channel;
  value: string;
  onChange: (model: string) => void;
}) {
  const { t } = useTranslation("channels");
  const names = channel.models.filter(
    ({ name, enabled }) => (enabled && !name.includes("*")) || name === value,
  );
  return (
    <Select value={value} onValueChange={onChange}>
      <SelectTrigger aria-label={t("test.model")} className="max-w-64">
        <SelectValue />
      </SelectTrigger>
      <SelectContent>
        <SelectItem value={AUTOMATIC}>{t("test.anyModel")}</SelectItem>
        {names.map(({ name }) => (
          <SelectItem key={name} value={name}>
            {name}
          </SelectItem>
        ))}
      </SelectContent>
    </Select>
  );
}

function Cost({ channel, model }: { channel: Channel; model: string }) {
  const { t } = useTranslation("channels");
  const format = useFormat();
  const { data } = $api.useQuery("get", "/api/channels/{channel_id}/test", {
    params: { path: { channel_id: channel.id }, query: model ? { model } : {} },
  });
  if (!data) return null;
  const price =
    data.cost_usd === null
      ? t("test.cost.unknown")
      : data.cost_usd
        ? format.money(data.cost_usd)
        : t("test.cost.free");
  return (
    <p className="text-muted-foreground text-xs" title={data.detail}>
      {data.calls
        ? t("test.cost.atMost", { count: data.calls, tokens: format.count(data.tokens), price })
        : price}
    </p>
  );
}
