/** Rows as the server tells them, for tests. */
import type { Row } from "./groups";

export function row(given: Partial<Row>): Row {
  return {
    hour: null,
    day: null,
    key: null,
    key_id: null,
    app: null,
    channel: null,
    channel_id: null,
    model: null,
    requests: 0,
    errors: 0,
    cut: 0,
    streams: 0,
    retries: 0,
    unpriced: 0,
    input_tokens: 0,
    output_tokens: 0,
    cached_tokens: 0,
    cache_written_tokens: 0,
    reasoning_tokens: 0,
    cost_usd: 0,
    cloud_usd: 0,
    wasted_usd: 0,
    duration_ms: 0,
    first_ms_p50: null,
    first_ms_p95: null,
    tokens_per_s: null,
    ...given,
  };
}
