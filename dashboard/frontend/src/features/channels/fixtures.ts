/** Channels for the tests of this folder. */
import type { Channel } from "@/api/queries";

export type Key = Channel["api_keys"][number];
export type Health = Key["health"];

export const WELL: Health = { paused: "", seconds: null, failures: 0, latency_ms: 300 };

export const keyOf = (id: number, health: Partial<Health> = {}, more: Partial<Key> = {}): Key => ({
  id,
  masked: `…${id}`,
  enabled: true,
  health: { ...WELL, ...health },
  ...more,
});

export const modelOf = (name: string, more: Partial<Channel["models"][number]> = {}) => ({
  name,
  upstream: name,
  vision: null,
  tools: null,
  context_tokens: null,
  price_input: null,
  price_output: null,
  price_cached: null,
  price_cache_written: null,
  enabled: true,
  ...more,
});

export const channelOf = (more: Partial<Channel> = {}): Channel => ({
  id: 1,
  name: "Work",
  provider: "openai",
  base_url: "",
  api_version: "",
  dialects: [],
  headers: {},
  proxy: "",
  priority: 0,
  weight: 1,
  connect_s: null,
  first_byte_s: null,
  idle_s: null,
  failures_to_pause: null,
  overrides: {},
  command: "",
  shell: false,
  env: {},
  cwd: "",
  stop_command: "",
  ready_path: "",
  ready_pattern: "",
  idle_stop_s: null,
  keep_running: false,
  start_at_launch: false,
  group: "default",
  engine: null,
  enabled: true,
  health: null,
  api_keys: [keyOf(1)],
  models: [modelOf("gpt-4o")],
  gone: [],
  created_at: "2026-11-26T00:00:00Z",
  updated_at: "2026-11-26T00:00:00Z",
  requests_per_minute: null,
  tokens_per_minute: null,
  concurrent_calls: null,
  budget_per_day: null,
  budget_per_month: null,
  spent_today: 0,
  spent_this_month: 0,
  ...more,
});

export const engineOf = (state: string, more: object = {}) => ({
  state,
  reason: "",
  retry_s: null,
  port: null,
  pid: null,
  calls: 0,
  last_exit: "",
  memory_mb: null,
  ...more,
});
