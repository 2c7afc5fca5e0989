import { isInWindow } from "@/lib/desktop/bridge";

const TABS = ["keys", "routing", "recording", "network", "desktop", "appearance", "backup", "about"] as const;
export type Tab = (typeof TABS)[number];

/** A browser has no window of Novapi's to set up. */
export const tabsHere = () => TABS.filter((tab) => tab !== "desktop" || isInWindow());

/** The tab that the address names; what it does not know is the first. */
export const tabOf = (name: string | undefined): Tab => tabsHere().find((tab) => tab === name) ?? "keys";
