/** What helps where a stage of a test failed: one thing each, by the server's code. */
import type { Channel } from "@/api/queries";
import type { Stage } from "./round";

export type Help =
  | { kind: "replaceKey" | "address" | "proxy" | "models" | "overrides" | "engine" | "goOnline" | "again" }
  | { kind: "billing"; url: string }
  | { kind: "addV1"; baseUrl: string };

interface Facts {
  channel: Pick<Channel, "base_url" | "dialects">;
  provider?: { local: boolean; billing_url: string; dialects: string[] };
}

export function helpFor(code: Stage["code"], { channel, provider }: Facts): Help | null {
  switch (code) {
    case "key_refused":
    case "no_key":
      return { kind: "replaceKey" };
    case "no_credit":
      return provider?.billing_url ? { kind: "billing", url: provider.billing_url } : null;
    case "not_found":
    case "redirect":
    case "bad_answer": {
      const baseUrl = withV1(channel, provider);
      return baseUrl ? { kind: "addV1", baseUrl } : { kind: "address" };
    }
    case "timeout":
    case "unreachable":
    case "proxy":
      return { kind: provider?.local ? "address" : "proxy" };
    case "no_address":
    case "tls":
      return { kind: "address" };
    case "model_not_found":
    case "no_model":
      return { kind: "models" };
    case "rejected":
      return { kind: "overrides" };
    case "engine":
      return { kind: "engine" };
    case "offline_mode":
      return { kind: "goOnline" };
    case "rate_limited":
    case "trouble":
    case "internal":
      return { kind: "again" };
    default:
      return null;
  }
}

/** The owner's address with the /v1 that OpenAI's kind of API mostly has; undefined where one is there already. */
function withV1(channel: Facts["channel"], provider: Facts["provider"]): string | undefined {
  const dialects = channel.dialects.length ? channel.dialects : (provider?.dialects ?? []);
  const bare = channel.base_url.replace(/\/+$/, "");
  if (!bare || !dialects.some((dialect) => dialect.startsWith("openai"))) return undefined;
  return /\/v\d+\w*(\/|$)/.test(new URL(bare).pathname) ? undefined : `${bare}/v1`;
}
