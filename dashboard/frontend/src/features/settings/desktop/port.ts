/** The port that is typed; undefined if it is none. */
export function portOf(typed: string): number | undefined {
  const text = typed.trim();
  const port = Number(text);
  return /^\d{1,5}$/.test(text) && port >= 1 && port <= 65_535 ? port : undefined;
}
