/** What a channel's drawer shows, one at a time. */
export const TABS = ["overview", "keys", "models", "limits", "advanced", "engine", "test"] as const;

export type Tab = (typeof TABS)[number];
