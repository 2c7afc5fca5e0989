/** What can be filtered by: whatever was seen in the last 30 days, with how often. */
import { useState } from "react";
import { $api, type Schemas } from "@/api";
import { useChannels, useKeys } from "@/api/queries";
import type { Option } from "./facet";

type Sums = Schemas["SummaryRow"];
type Dimension = "app" | "model" | "channel" | "key";

/** The options of a filter; `ask` loads them, when they are needed for the first time. */
export function useOptions(by: Dimension): { options: Option[]; ask: () => void } {
  const [isAsked, setAsked] = useState(false);
  const params = { query: { by: [by] } };
  const { data } = $api.useQuery("get", "/api/usage/summary", { params }, { enabled: isAsked });
  const names = useOwnNames(by);
  const seen = (data?.rows ?? []).map((row) => seenAs(by, row)).filter((option) => option.value);
  return { options: withOthers(seen, names), ask: () => setAsked(true) };
}

function useOwnNames(by: Dimension): Option[] {
  const { data: channels = [] } = useChannels();
  const { data: keys = [] } = useKeys();
  const owned = by === "channel" ? channels : by === "key" ? keys : [];
  return owned.map(({ id, name }) => ({ value: String(id), label: name }));
}

function seenAs(by: Dimension, row: Sums): Option {
  const id = by === "channel" ? row.channel_id : by === "key" ? row.key_id : null;
  const name = row[by] ?? "";
  return { value: id === null ? name : String(id || ""), label: name, count: row.requests };
}

/** The busiest first, one entry each (renamed channels have several sums), then those that nobody has used. */
export function withOthers(seen: Option[], owned: Option[]): Option[] {
  const found = new Map<string, Option>();
  for (const option of seen) {
    const count = (found.get(option.value)?.count ?? 0) + (option.count ?? 0);
    found.set(option.value, { ...option, count });
  }
  for (const { value, label } of owned)
    found.set(value, { value, label, count: found.get(value)?.count ?? 0 });
  return [...found.values()].sort((a, b) => (b.count ?? 0) - (a.count ?? 0));
}
