import { useSortable } from "@dnd-kit/sortable";
import { Link } from "@tanstack/react-router";
import { FlaskConicalIcon, GripVerticalIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Channel } from "@/api/queries";
import { Button } from "@/components/ui/button";
import { Switch } from "@/components/ui/switch";
import { cn } from "@/lib/cn";
import { ChannelFigures } from "./channel-figures";
import { ChannelMenu, type Moves } from "./channel-menu";
import { ProviderTile } from "./provider-tile";
import { StateChip } from "./state-chip";
import { type ChannelTraffic, useChange, useProvider, useProviderName } from "./use-channels";

interface Props {
  channel: Channel;
  /** When it was read, in milliseconds. */
  readAt: number;
  /** "2", or "2 · 60 %" of those that share. */
  rank: string;
  traffic: ChannelTraffic;
  moves: Moves;
  isDraggable: boolean;
}

export function ChannelRow({ channel, readAt, rank, traffic, moves, isDraggable }: Props) {
  const { t } = useTranslation("channels");
  const { attributes, listeners, setNodeRef, setActivatorNodeRef, transform, transition, isDragging } =
    useSortable({
      id: channel.id,
      disabled: !isDraggable,
    });
  const { change } = useChange(channel.id);
  return (
    <li
      ref={setNodeRef}
      style={{ transform: transform ? `translate3d(0, ${transform.y}px, 0)` : undefined, transition }}
      className={cn(
        "flex flex-wrap items-center gap-x-4 gap-y-2 rounded-lg border bg-card py-2.5 pr-3 pl-1.5",
        isDragging && "relative z-10 shadow-lg",
      )}
    >
      <Button
        ref={setActivatorNodeRef}
        variant="ghost"
        size="icon-sm"
        className="-mr-3 w-5 touch-none text-muted-foreground"
        {...attributes}
        {...listeners}
        disabled={!isDraggable}
        aria-label={t("drag", { name: channel.name })}
      >
        <GripVerticalIcon />
      </Button>
      <Who channel={channel} rank={rank} />
      <div className="order-last basis-full pl-6 xl:order-none xl:basis-auto xl:pl-0">
        <ChannelFigures channel={channel} traffic={traffic} />
      </div>
      <div className="flex w-40 justify-end xl:justify-start">
        <StateChip channel={channel} readAt={readAt} />
      </div>
      <div className="flex items-center gap-1.5">
        <Switch
          checked={channel.enabled}
          onCheckedChange={(enabled) => change({ enabled })}
          aria-label={t("switch", { name: channel.name })}
        />
        <Button asChild size="sm" variant="outline" className="ml-1.5">
          <Link
            to="/channels"
            search={{ id: channel.id, tab: "test" }}
            aria-label={t("testOf", { name: channel.name })}
          >
            <FlaskConicalIcon /> {t("actions.test")}
          </Link>
        </Button>
        <ChannelMenu channel={channel} moves={moves} />
      </div>
    </li>
  );
}

/** Name, provider, keys and models: the way into the channel. */
function Who({ channel, rank }: { channel: Channel; rank: string }) {
  const { t } = useTranslation("channels");
  const nameOf = useProviderName();
  const provider = useProvider(channel.provider);
  const [first, ...others] = channel.api_keys;
  const models = channel.models.filter((model) => model.enabled).length;
  const told = [
    provider ? nameOf(provider) : channel.provider,
    first && (others.length ? t("keysMore", { key: first.masked, count: others.length }) : first.masked),
    t("modelCount", { count: models }),
  ];
  return (
    <div className="flex min-w-52 flex-1 items-center gap-3">
      <ProviderTile name={provider?.name ?? channel.provider} />
      <div className="min-w-0 flex-1">
        <div className="flex items-baseline gap-2">
          <Link
            to="/channels"
            search={{ id: channel.id }}
            title={channel.name}
            className="truncate font-medium hover:underline"
          >
            {channel.name}
          </Link>
          <span className="shrink-0 text-[0.7rem] text-muted-foreground tabular-nums" title={t("rank")}>
            {rank}
          </span>
        </div>
        <p className="truncate text-muted-foreground text-xs">{told.filter(Boolean).join(" · ")}</p>
      </div>
    </div>
  );
}
