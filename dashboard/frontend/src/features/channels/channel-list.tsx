import {
  type Announcements,
  closestCenter,
  DndContext,
  type DragEndEvent,
  KeyboardSensor,
  PointerSensor,
  useSensor,
  useSensors,
} from "@dnd-kit/core";
import { SortableContext, sortableKeyboardCoordinates, verticalListSortingStrategy } from "@dnd-kit/sortable";
import { useTranslation } from "react-i18next";
import type { Channel } from "@/api/queries";
import { useFormat } from "@/lib/format";
import { ChannelRow } from "./channel-row";
import { joined, levelsOf, movedTo } from "./order";
import { useOrder, useTraffic } from "./use-channels";

interface Props {
  channels: Channel[];
  readAt: number;
  /** Of those only these are shown; then nothing can be moved. */
  isShown: (channel: Channel) => boolean;
}

/** The channels in the order they are tried; dragging one, or its keys, changes it. */
export function ChannelList({ channels, readAt, isShown }: Props) {
  const { t } = useTranslation("channels");
  const { ordered, store } = useOrder(channels);
  const traffic = useTraffic();
  const ranks = useRanks(ordered);
  const shown = ordered.filter(isShown);
  const isWhole = shown.length === ordered.length;
  const sensors = useSensors(
    useSensor(PointerSensor, { activationConstraint: { distance: 4 } }),
    useSensor(KeyboardSensor, { coordinateGetter: sortableKeyboardCoordinates }),
  );
  const drop = ({ active, over }: DragEndEvent) => {
    if (!over || over.id === active.id) return;
    void store(movedTo(ordered, Number(active.id), placeOf(ordered, over.id)));
  };
  const movesOf = (channel: Channel) => {
    const place = placeOf(ordered, channel.id);
    const to = (target: number) => () => void store(movedTo(ordered, channel.id, target));
    const joins = joined(ordered, channel.id);
    return {
      up: isWhole && place > 0 ? to(place - 1) : undefined,
      down: isWhole && place < ordered.length - 1 ? to(place + 1) : undefined,
      join: isWhole && joins.size ? () => void store(joins) : undefined,
    };
  };
  return (
    <DndContext
      sensors={sensors}
      collisionDetection={closestCenter}
      onDragEnd={drop}
      accessibility={{
        announcements: useAnnouncements(ordered),
        screenReaderInstructions: { draggable: t("dragging.how") },
      }}
    >
      <SortableContext items={shown.map((channel) => channel.id)} strategy={verticalListSortingStrategy}>
        <ol aria-label={t("list")} className="flex flex-col gap-2">
          {shown.map((channel) => (
            <ChannelRow
              key={channel.id}
              channel={channel}
              readAt={readAt}
              rank={ranks.get(channel.id) ?? ""}
              traffic={traffic(channel.id)}
              moves={movesOf(channel)}
              isDraggable={isWhole && ordered.length > 1}
            />
          ))}
        </ol>
      </SortableContext>
    </DndContext>
  );
}

function placeOf(ordered: Channel[], id: number | string): number {
  return ordered.findIndex((channel) => channel.id === Number(id));
}

/** "1", "2 · 60 %": when a channel is tried, and its share of the calls where several are tried alike. */
function useRanks(ordered: Channel[]): Map<number, string> {
  const format = useFormat();
  return new Map(
    levelsOf(ordered).flatMap(({ channels }, level) => {
      const whole = channels.reduce((sum, channel) => sum + channel.weight, 0);
      const rank = format.count(level + 1);
      return channels.map((channel): [number, string] => [
        channel.id,
        channels.length > 1 ? `${rank} · ${format.share(channel.weight / whole)}` : rank,
      ]);
    }),
  );
}

/** What a screen reader is told while a channel is moved. */
function useAnnouncements(ordered: Channel[]): Announcements {
  const { t } = useTranslation("channels");
  const name = (id: number | string) => ordered[placeOf(ordered, id)]?.name ?? "";
  const place = (id: number | string) => ({ place: placeOf(ordered, id) + 1, all: ordered.length });
  return {
    onDragStart: ({ active }) => t("dragging.start", { name: name(active.id), ...place(active.id) }),
    onDragOver: ({ active, over }) =>
      over ? t("dragging.over", { name: name(active.id), ...place(over.id) }) : undefined,
    onDragEnd: ({ active, over }) =>
      over ? t("dragging.end", { name: name(active.id), ...place(over.id) }) : undefined,
    onDragCancel: ({ active }) => t("dragging.cancel", { name: name(active.id) }),
  };
}
