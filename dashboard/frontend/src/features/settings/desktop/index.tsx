import { Trouble } from "@/components/trouble";
import { Skeleton } from "@/components/ui/skeleton";
import { ClosingCard } from "./closing-card";
import { LoginCard } from "./login-card";
import { PortCard } from "./port-card";
import { QuitCard } from "./quit-card";
import { useWindowState } from "./use-window-state";

/** What only Novapi's own window can change. */
export function DesktopTab() {
  const { data: state, error, refetch } = useWindowState();
  if (error) return <Trouble error={error} retry={refetch} />;
  if (!state) return <Skeleton className="h-96 max-w-4xl" />;
  return (
    <div className="flex max-w-4xl flex-col gap-4">
      <LoginCard autostart={state.autostart} />
      <ClosingCard hasTray={state.tray} />
      <PortCard port={state.port} wanted={state.wanted_port} />
      <QuitCard />
    </div>
  );
}
