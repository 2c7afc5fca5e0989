/** JSON of which only the beginning was kept: read as far as it goes. */

/** What can be read of `text`: whole JSON as it is, cut JSON closed where it ends; undefined where it is no JSON. */
export function parseCut(text: string): unknown {
  const whole = parsed(text);
  return whole !== undefined || !/^\s*[[{]/.test(text) ? whole : parsed(closed(text));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The text up to the last place at which a value is complete, or within a string that is one, and what closes it. */
function closed(text: string): string {
  const open: string[] = [];
  let end = 0;
  let isName = false; // whether the next string is a member's name
  for (let at = 0; at < text.length; at++) {
    const letter = text[at];
    if (letter === '"') {
      at = stringEnd(text, at);
      if (at < 0) return isName ? shut(text.slice(0, end), open) : shut(`${withoutHalfEscape(text)}"`, open);
      if (!isName) end = at + 1;
    } else if (letter === "{" || letter === "[") {
      open.push(letter === "{" ? "}" : "]");
      isName = letter === "{";
      end = at + 1;
    } else if (letter === "}" || letter === "]") {
      open.pop();
      end = at + 1;
    } else if (letter === ",") {
      end = at; // a number or a word before it is complete
      isName = open.at(-1) === "}";
    } else if (letter === ":") isName = false;
  }
  return shut(text.slice(0, end), open);
}

const shut = (text: string, open: string[]) => text + open.reverse().join("");

/** Where the string that begins at `start` ends; -1 if it does not. */
function stringEnd(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    if (slashesBefore(text, at) % 2 === 0) return at;
  }
  return -1;
}

function slashesBefore(text: string, end: number): number {
  let count = 0;
  while (text[end - 1 - count] === "\\") count++;
  return count;
}

/** "\", "\u00" and their like at the end of a cut string stand for nothing. */
function withoutHalfEscape(text: string): string {
  const tail = /u[0-9a-fA-F]{0,3}$/.exec(text)?.index ?? text.length;
  if (slashesBefore(text, tail) % 2) return text.slice(0, tail - 1);
  return slashesBefore(text, text.length) % 2 ? text.slice(0, -1) : text;
}
