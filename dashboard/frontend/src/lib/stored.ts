/** What this browser remembers: choices of taste only. A browser that keeps nothing works as well. */
export function readStored(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function store(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Private windows and full disks: the choice lasts as long as the page.
  }
}
