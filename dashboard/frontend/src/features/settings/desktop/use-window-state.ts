import { useQuery } from "@tanstack/react-query";
import { ask } from "@/lib/desktop/bridge";

export const WINDOW = ["window"] as const;

/** How the window is set up; asked for anew with every visit, since the tray can change it too. */
export const useWindowState = () => useQuery({ queryKey: WINDOW, queryFn: () => ask("state"), staleTime: 0 });
