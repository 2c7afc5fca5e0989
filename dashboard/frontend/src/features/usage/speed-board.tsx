import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useModels } from "@/api/queries";
import { Button } from "@/components/ui/button";
import { Card, CardDescription, CardHeader, CardTitle } from "@/components/ui/card";
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import { cn } from "@/lib/cn";
import { useFormat } from "@/lib/format";
import { useByChannel } from "./data";
import type { Filter } from "./groups";
import type { Range } from "./range";
import { isFew, publicNames, type Speed, type SpeedGroup, speedGroups } from "./speed";

const FIRST_GROUPS = 6;

/** The same model at all channels that answered it, side by side. */
export function SpeedBoard({ range, filter }: { range: Range; filter: Filter }) {
  const { t } = useTranslation("usage");
  const { data } = useByChannel(range, filter);
  const { data: models = [] } = useModels();
  const [isWhole, setWhole] = useState(false);
  const groups = speedGroups(data?.rows ?? [], publicNames(models));
  if (!groups.length) return null;
  const shown = isWhole ? groups : groups.slice(0, FIRST_GROUPS);
  const speeds = shown.flatMap((each) => each.channels);
  const mostFirst = Math.max(...speeds.map((each) => each.firstSlow ?? each.first ?? 0));
  const mostSpeed = Math.max(...speeds.map((each) => each.perSecond ?? 0));
  return (
    <Card>
      <CardHeader>
        <div className="flex flex-col gap-1">
          <CardTitle>{t("speed.title")}</CardTitle>
          <CardDescription className="text-xs">{t("speed.hint")}</CardDescription>
        </div>
      </CardHeader>
      <Table>
        <TableHeader>
          <TableRow>
            <TableHead>{t("by.model")}</TableHead>
            <TableHead>{t("by.channel")}</TableHead>
            <TableHead className="w-1/3">{t("speed.first")}</TableHead>
            <TableHead className="w-1/4">{t("speed.perSecond")}</TableHead>
            <TableHead className="text-right">{t("speed.samples")}</TableHead>
          </TableRow>
        </TableHeader>
        <TableBody>
          {shown.map((group) => (
            <Group key={group.model} group={group} mostFirst={mostFirst} mostSpeed={mostSpeed} />
          ))}
        </TableBody>
      </Table>
      {groups.length > FIRST_GROUPS && (
        <Button variant="ghost" size="sm" className="self-start" onClick={() => setWhole(!isWhole)}>
          {isWhole ? t("breakdown.fewer") : t("speed.all", { count: groups.length })}
        </Button>
      )}
    </Card>
  );
}

interface Scale {
  mostFirst: number;
  mostSpeed: number;
}

function Group({ group, ...scale }: { group: SpeedGroup } & Scale) {
  return group.channels.map((speed, index) => (
    <TableRow key={`${speed.channelId}-${index}`}>
      {index === 0 && (
        <TableCell
          rowSpan={group.channels.length}
          className="max-w-56 truncate align-top"
          title={group.model}
        >
          {group.model}
        </TableCell>
      )}
      <TableCell className="max-w-48 truncate" title={speed.channel}>
        {speed.channel}
      </TableCell>
      <Timing speed={speed} {...scale} />
    </TableRow>
  ));
}

function Timing({ speed, mostFirst, mostSpeed }: { speed: Speed } & Scale) {
  const { t } = useTranslation("usage");
  const format = useFormat();
  const few = isFew(speed.samples);
  return (
    <>
      <TableCell>
        <Bar value={speed.first} slow={speed.firstSlow} most={mostFirst} isPale={few}>
          {speed.first !== null &&
            t("speed.quantiles", {
              p50: format.duration(speed.first),
              p95: format.duration(speed.firstSlow ?? speed.first),
            })}
        </Bar>
      </TableCell>
      <TableCell>
        <Bar value={speed.perSecond} most={mostSpeed} isPale={few}>
          {speed.perSecond !== null && t("speed.tokens", { value: format.count(speed.perSecond) })}
        </Bar>
      </TableCell>
      <TableCell className="whitespace-nowrap text-right text-muted-foreground text-xs tabular-nums">
        {t(few ? "speed.few" : "speed.count", { value: format.count(speed.samples) })}
      </TableCell>
    </>
  );
}

interface BarProps {
  value: number | null;
  /** Where the slowest twentieth begins. */
  slow?: number | null;
  most: number;
  isPale: boolean;
  children: React.ReactNode;
}

function Bar({ value, slow, most, isPale, children }: BarProps) {
  if (value === null) return "–";
  const width = (of: number) => `${(100 * of) / (most || 1)}%`;
  return (
    <div className="flex flex-col gap-1">
      <span className="whitespace-nowrap text-xs tabular-nums">{children}</span>
      <div className="relative h-1.5 rounded-full bg-muted" aria-hidden>
        {!!slow && (
          <div className="absolute inset-y-0 rounded-full bg-chart-1/30" style={{ width: width(slow) }} />
        )}
        <div
          className={cn("absolute inset-y-0 rounded-full", isPale ? "bg-chart-6" : "bg-chart-1")}
          style={{ width: width(value) }}
        />
      </div>
    </div>
  );
}
