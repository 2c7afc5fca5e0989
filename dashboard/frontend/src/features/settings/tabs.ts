export const TABS = ["keys", "routing", "recording", "network", "appearance", "backup", "about"] as const;
export type Tab = (typeof TABS)[number];

/** The tab that the address names; what it does not know is the first. */
export const tabOf = (name: string | undefined): Tab => TABS.find((tab) => tab === name) ?? "keys";
