/** The owner's favourite models, kept in this browser. */
import { useSyncExternalStore } from "react";
import { readStored, store } from "@/lib/stored";

const KEY = "novapi.favourites";
const watchers = new Set<() => void>();
let known: { text: string | null; names: Set<string> } = { text: null, names: new Set() };

export function favourites(): Set<string> {
  const text = readStored(KEY);
  if (text !== known.text) known = { text, names: new Set(parsed(text)) };
  return known.names;
}

export function toggleFavourite(name: string): void {
  const names = new Set(favourites());
  if (!names.delete(name)) names.add(name);
  const text = JSON.stringify([...names]);
  store(KEY, text);
  // A browser that keeps nothing remembers as long as the page.
  known = { text: readStored(KEY), names };
  for (const tell of watchers) tell();
}

export function useFavourites(): Set<string> {
  return useSyncExternalStore(watch, favourites);
}

function parsed(text: string | null): string[] {
  try {
    const names: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(names) ? names.filter((name) => typeof name === "string") : [];
  } catch {
    return [];
  }
}

function watch(tell: () => void): () => void {
  watchers.add(tell);
  addEventListener("storage", tell);
  return () => {
    watchers.delete(tell);
    removeEventListener("storage", tell);
  };
}
