/** What an engine prints, as it can be shown: the end of it, by whole lines. */

export const MOST_LETTERS = 256 * 1024; // as much as Novapi itself keeps

// Colours and cursor movements are for terminals.
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what they are made of
const ANSI = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g;

/** The log with what came after it. A lone carriage return begins its line anew, as progress bars do. */
export function appended(log: string, text: string): string {
  const whole = (log + plain(text)).split("\n").map(lastWritten).join("\n");
  if (whole.length <= MOST_LETTERS) return whole;
  const cut = whole.slice(-MOST_LETTERS);
  return cut.slice(cut.indexOf("\n") + 1);
}

/** What a terminal would show of a line. A return at its very end may be followed by more. */
function lastWritten(line: string): string {
  const at = line.lastIndexOf("\r", line.length - 2);
  return at < 0 ? line : line.slice(at + 1);
}

function plain(text: string): string {
  return text.replace(ANSI, "").replace(/\r\n/g, "\n");
}
