import { useTranslation } from "react-i18next";
import type { Channel } from "@/api/queries";
import { StatusChip } from "@/components/status-chip";
import { useNow } from "@/lib/use-now";
import { type ChannelState, countdown, keyStateOf, stateOf } from "./state";
import { useProvider } from "./use-channels";

/** How a channel fares, in a word; a pause counts down. */
export function StateChip({ channel, readAt }: { channel: Channel; readAt: number }) {
  const { t } = useTranslation("channels");
  const needsKey = useNeedsKey(channel);
  const keys = channel.api_keys.length;
  const why = (state: ChannelState) => [
    channel.engine?.reason,
    keys > 1 && state.pausedKeys ? t("state.pausedKeys", { count: state.pausedKeys, all: keys }) : "",
  ];
  return <Chip readAt={readAt} of={(now) => stateOf(channel, { readAt, now, needsKey })} why={why} />;
}

/** How one of its keys fares. */
export function KeyChip({ apiKey, readAt }: { apiKey: Channel["api_keys"][number]; readAt: number }) {
  return <Chip readAt={readAt} of={(now) => keyStateOf(apiKey, { readAt, now })} />;
}

interface Props {
  readAt: number;
  of: (now: number) => ChannelState;
  /** What more there is to say of it. */
  why?: (state: ChannelState) => (string | undefined)[];
}

function Chip({ readAt, of, why }: Props) {
  const { t } = useTranslation("channels");
  const now = useNow(1000, of(readAt).until !== null) * 1000;
  const state = of(now);
  const left = state.until === null ? "" : countdown(state.until - now);
  const title = [t(`state.why.${state.name}`), ...(why?.(state) ?? [])];
  return (
    <StatusChip tone={state.tone} title={title.filter(Boolean).join(" ")}>
      {t(`state.${state.name}`)}
      {left && <span className="tabular-nums">{left}</span>}
    </StatusChip>
  );
}

/** Whether the channel's provider can't be asked without a key. A proxy of the owner's own may want none. */
export function useNeedsKey(channel: Channel): boolean {
  const provider = useProvider(channel.provider);
  return !!provider && provider.auth !== "none" && !provider.local && provider.id !== "custom";
}
