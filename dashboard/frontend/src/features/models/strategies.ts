/** By what an alias chooses among its models. */
export const STRATEGIES = ["priority", "round-robin", "latency", "cheapest", "local-first"] as const;
