/** Where a channel's calls, and its key, would go: what must be said of an address that a stranger chose. */
import type { KnownProvider, PastedChannel } from "./types";

/** Its host, with the port where there is one; "" while that is not known. */
export function destinationOf({ baseUrl, providers }: PastedChannel, known: KnownProvider[]): string {
  const own = providers.length === 1 ? known.find(({ id }) => id === providers[0])?.base_url : "";
  return /^https?:\/\/([^/]+)/.exec(baseUrl || own || "")?.[1] ?? "";
}

// As URL writes them: numbers of whatever form are dotted, letters are small.
const PRIVATE = [
  /^(0|10|127)\.\d+\.\d+\.\d+$/,
  /^(192\.168|169\.254|172\.(1[6-9]|2\d|3[01])|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\.\d+\.\d+$/,
  /^\[(::|f[cd]|fe[89ab])/, // "::" begins this computer's own, and IPv4 written as IPv6
  /^[^.[]+$/, // a bare name, localhost too
  /\.(localhost|local|lan|home|internal|home\.arpa)$/,
];

/** Whether a host is this computer or in the owner's own network, as far as its name tells. */
export function isPrivate(host: string): boolean {
  const name = host.toLowerCase().replace(/:\d+$/, "").replace(/\.$/, "");
  return PRIVATE.some((pattern) => pattern.test(name));
}
