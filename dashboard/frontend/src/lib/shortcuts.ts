/** Keys that work on a whole page. Typing into a field, and composing Chinese or Japanese, is never a shortcut. */
import { useEffect, useRef } from "react";

type Bindings = Record<string, (event: KeyboardEvent) => void>;

const SEQUENCE_MS = 1000; // from "g" to the letter after it

/**
 * `bindings` by key: "j", "/", "Enter", "mod+k" (Ctrl, or Cmd on a Mac), or two in a row: "g h".
 * A dialog that is open keeps its own keys: only "mod+…" works there.
 */
export function useShortcuts(bindings: Bindings): void {
  const latest = useRef(bindings);
  useEffect(() => {
    latest.current = bindings;
  });
  useEffect(() => {
    let before = { key: "", at: 0 };
    const onKey = (event: KeyboardEvent) => {
      const key = nameOf(event);
      if (event.defaultPrevented || event.isComposing || !mayAct(event, key)) return;
      const isSequel = performance.now() - before.at < SEQUENCE_MS;
      const act = (isSequel && latest.current[`${before.key} ${key}`]) || latest.current[key];
      before = { key, at: performance.now() };
      if (!act) return;
      event.preventDefault();
      act(event);
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}

function nameOf(event: KeyboardEvent): string {
  return event.ctrlKey || event.metaKey ? `mod+${event.key.toLowerCase()}` : event.key;
}

function mayAct(event: KeyboardEvent, key: string): boolean {
  if (key.startsWith("mod+")) return true;
  if (
    event.altKey ||
    document.querySelector("[role=dialog], [role=alertdialog], [role=menu], [role=listbox]")
  )
    return false;
  const target = event.target as HTMLElement;
  if (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) return false;
  // Enter and Space belong to the button or link that has the focus.
  return !(["Enter", " "].includes(key) && /^(BUTTON|A)$/.test(target.tagName));
}
