/** Text that can't play tricks: what a terminal or a browser would obey is shown instead. */

// Control characters except tab and line ends; what turns the direction of writing; what has no width.
const TRICKS = /(?![\t\n\r])[\p{Cc}\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu;

/** Escape is "␛", a right-to-left override "‹U+202E›". */
export function visible(text: string): string {
  return text.replace(TRICKS, (letter) => {
    const code = letter.charCodeAt(0);
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    return code === 0x7f ? "␡" : `‹U+${code.toString(16).toUpperCase().padStart(4, "0")}›`;
  });
}
