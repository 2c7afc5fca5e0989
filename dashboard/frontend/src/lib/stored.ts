/** What this browser remembers: choices of taste only. A browser that keeps nothing works as well. */

// In cookies, which all ports of a computer share: at another port Novapi is another site, whose storage is empty.
const SHARED = new Set(["novapi.theme", "novapi.language"]);
const YEAR_S = 365 * 86_400;

export function readStored(key: string): string | null {
  try {
    return cookieOf(key) ?? localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function store(key: string, value: string): void {
  try {
    if (SHARED.has(key)) keepCookie(key, value);
    localStorage.setItem(key, value);
  } catch {
    // Private windows and full disks: the choice lasts as long as the page.
  }
}

function cookieOf(key: string): string | undefined {
  if (!SHARED.has(key)) return undefined;
  const found = document.cookie.split("; ").find((each) => each.startsWith(`${key}=`));
  return found?.slice(key.length + 1);
}

/** The values are plain words. */
function keepCookie(key: string, value: string): void {
  // biome-ignore lint/suspicious/noDocumentCookie: there is no other way yet in WebKitGTK
  document.cookie = `${key}=${value}; path=/; max-age=${YEAR_S}; samesite=strict`;
}
