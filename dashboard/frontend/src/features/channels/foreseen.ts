/** What a channel will be once a change is stored: a switch that waits for the server feels broken. */
import type { Schemas } from "@/api";
import type { Channel } from "@/api/queries";

/** As far as it can be foreseen: switches, and what is removed. What the server says replaces it. */
export function foreseen(channel: Channel, patch: Schemas["ChannelPatch"]): Channel {
  const { enabled, models, disabled_key_ids: off, remove_key_ids: removed } = patch;
  const given = new Map(
    (models ?? []).map((each) => (typeof each === "string" ? [each, undefined] : [each.name, each.enabled])),
  );
  return {
    ...channel,
    enabled: enabled ?? channel.enabled,
    models: models
      ? channel.models
          .filter(({ name }) => given.has(name))
          .map((model) => ({ ...model, enabled: given.get(model.name) ?? model.enabled }))
      : channel.models,
    api_keys: channel.api_keys
      .filter(({ id }) => !removed?.includes(id))
      .map((key) => (off ? { ...key, enabled: !off.includes(key.id) } : key)),
  };
}
