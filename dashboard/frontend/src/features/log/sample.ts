/** A record for tests: a call that went well. */
import type { RecordRow } from "@/api/queries";

export function record(more: Partial<RecordRow> = {}): RecordRow {
  return {
    request_id: "nv_1",
    started_at: "2026-11-26T08:00:00Z",
    key_name: "Master key",
    app: "claude-cli",
    dialect: "anthropic",
    endpoint: "messages",
    model_asked: "claude-sonnet",
    model_sent: "claude-sonnet",
    model_answered: "claude-sonnet",
    channel_name: "Work",
    attempts: 1,
    status: 200,
    error: "",
    stream: true,
    first_token_ms: 600,
    duration_ms: 3200,
    overhead_ms: 2,
    input_tokens: 100,
    output_tokens: 50,
    cached_tokens: 10,
    reasoning_tokens: 0,
    cache_written_tokens: 0,
    estimated: false,
    cost_usd: 0.0184,
    cloud_usd: null,
    tools: false,
    replay_of: "",
    ...more,
  };
}
