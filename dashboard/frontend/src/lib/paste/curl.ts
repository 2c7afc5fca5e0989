/** A curl command as documentation and browsers write it: for sh, cmd (^) and PowerShell (`). */

export interface PastedCall {
  address: string;
  headers: Record<string, string>;
  body: string;
}

const TAKES_HEADER = new Set(["-H", "--header"]);
const TAKES_BODY = new Set(["-d", "--data", "--data-raw", "--data-binary", "--data-ascii", "--json"]);
// What has a value after it that could be taken for the address.
const TAKES_VALUE = new Set([
  "-X",
  "--request",
  "-o",
  "--output",
  "-x",
  "--proxy",
  "-m",
  "--max-time",
  "-A",
  "-e",
  "-b",
]);

/** What the command sends where, or null if it is none. */
export function parseCurl(text: string): PastedCall | null {
  const words = shellWords(text);
  const start = words.findIndex((word) => /^(.*[\\/])?curl(\.exe)?$/i.test(word));
  if (start < 0) return null;
  const call: PastedCall = { address: "", headers: {}, body: "" };
  const rest = words.slice(start + 1);
  while (rest.length) takeWord(call, rest);
  return call.address ? call : null;
}

function takeWord(call: PastedCall, rest: string[]): void {
  const [option, glued] = splitOption(rest.shift() ?? "");
  const value = () => glued ?? rest.shift() ?? "";
  if (TAKES_HEADER.has(option)) addHeader(call, value());
  else if (TAKES_BODY.has(option)) call.body ||= value();
  else if (option === "-u" || option === "--user")
    call.headers.authorization ??= `Bearer ${value().replace(/:$/, "")}`;
  else if (option === "--url") call.address ||= value();
  else if (TAKES_VALUE.has(option)) value();
  else if (/^https?:\/\//i.test(option)) call.address ||= option;
}

/** "-HAuthorization: …" and "--header=…" have the value in the same word. */
function splitOption(word: string): [string, string | undefined] {
  const long = /^(--[\w-]+)=([\s\S]*)$/.exec(word);
  if (long?.[1]) return [long[1], long[2]];
  const short = /^(-[HdXuox])([\s\S]+)$/.exec(word);
  return short?.[1] ? [short[1], short[2]] : [word, undefined];
}

function addHeader(call: PastedCall, header: string): void {
  const colon = header.indexOf(":");
  if (colon > 0) call.headers[header.slice(0, colon).trim().toLowerCase()] = header.slice(colon + 1).trim();
}

/** Words as a shell splits them; quotes group, what follows a backslash stands for itself, lines may be continued. */
export function shellWords(text: string): string[] {
  const joined = text.replace(/[\\^`][ \t]*\r?\n/g, " ");
  const words: string[] = [];
  // $'…' is what browsers copy where the body has quotes.
  const pattern = /(?:\$?'((?:[^'\\]|\\[\s\S])*)'|"((?:[^"\\]|\\[\s\S])*)"|\\([\s\S])|([^\s'"\\]))/gy;
  for (let at = 0, word: string | undefined; at <= joined.length; ) {
    pattern.lastIndex = at;
    const match = pattern.exec(joined);
    if (match) {
      const [whole, single, double, escaped, plain] = match;
      word = (word ?? "") + (single ?? double?.replace(/\\(["\\$`])/g, "$1") ?? escaped ?? plain ?? "");
      at += whole.length;
      continue;
    }
    if (word !== undefined) words.push(word);
    word = undefined;
    at += 1;
  }
  return words;
}
