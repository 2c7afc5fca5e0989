import { useSyncExternalStore } from "react";
import { readStored, store } from "@/lib/stored";

export type Theme = "light" | "dark" | "system";

const KEY = "novapi.theme";
const watchers = new Set<() => void>();
const system = matchMedia("(prefers-color-scheme: dark)");

export function currentTheme(): Theme {
  const stored = readStored(KEY);
  return stored === "light" || stored === "dark" ? stored : "system";
}

export function setTheme(theme: Theme): void {
  store(KEY, theme);
  apply();
}

export function useTheme(): Theme {
  return useSyncExternalStore(watch, currentTheme);
}

/** Whether what is shown now is dark, whoever chose it. */
export function useIsDark(): boolean {
  return useSyncExternalStore(watch, isDark);
}

function isDark(): boolean {
  const theme = currentTheme();
  return theme === "dark" || (theme === "system" && system.matches);
}

function apply(): void {
  document.documentElement.classList.toggle("dark", isDark());
  for (const tell of watchers) tell();
}

function watch(tell: () => void): () => void {
  watchers.add(tell);
  return () => watchers.delete(tell);
}

system.addEventListener("change", apply);
addEventListener("storage", apply);
