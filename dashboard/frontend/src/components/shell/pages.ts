import {
  ActivityIcon,
  BoxesIcon,
  CableIcon,
  ChartColumnIcon,
  HouseIcon,
  MessagesSquareIcon,
  PlugIcon,
  SettingsIcon,
} from "lucide-react";

/** The pages in the order of the rail; `key` after "g" goes there. */
export const PAGES = [
  { name: "home", to: "/", icon: HouseIcon, key: "h" },
  { name: "channels", to: "/channels", icon: CableIcon, key: "p" },
  { name: "models", to: "/models", icon: BoxesIcon, key: "m" },
  { name: "connect", to: "/connect", icon: PlugIcon, key: "a" },
  { name: "log", to: "/log", icon: ActivityIcon, key: "l" },
  { name: "usage", to: "/usage", icon: ChartColumnIcon, key: "u" },
  { name: "playground", to: "/playground", icon: MessagesSquareIcon, key: "t" },
  { name: "settings", to: "/settings", icon: SettingsIcon, key: "s" },
] as const;
