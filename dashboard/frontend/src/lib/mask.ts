/** A key as it may be shown: how it begins says whose it is, how it ends which one. */
export function maskKey(key: string): string {
  if (key.length < 12) return "••••";
  const beginning = /^(sk-[a-z]{2,6}-|[a-zA-Z]{2,6}[-_]|AIza)/.exec(key)?.[0] ?? "";
  return `${beginning}••••${key.slice(-4)}`;
}
