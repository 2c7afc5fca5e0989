/** A text as a word of sh, PowerShell or a file. A model's name may have any character in it, quotes too. */

/** For sh: as it is where it is harmless (the dots of a masked key are), else in single quotes. */
export function sh(text: string): string {
  return /^[\w.:/@%+=,•-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** For PowerShell: in single quotes, where nothing but they has a meaning. It takes typographic quotes for its own. */
export function powershell(text: string): string {
  return `'${text.replace(/['‘’‚‛]/g, "$&$&")}'`;
}

/** For Python, JavaScript, JSON, TOML and YAML: all of them read a JSON string. */
export function quoted(text: string): string {
  return JSON.stringify(text);
}

/** JSON in base64, as deep links carry it. */
export function packed(told: unknown): string {
  const bytes = new TextEncoder().encode(JSON.stringify(told));
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}
