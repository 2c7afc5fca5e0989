import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Trouble } from "@/components/trouble";
import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import { CLIENTS } from "@/features/connect/clients";
import { Steps } from "@/features/connect/steps";
import { useClientTexts } from "@/features/connect/use-client-texts";
import { useConnection } from "@/features/connect/use-connection";
import { Waiting } from "@/features/connect/waiting";
import { cn } from "@/lib/cn";
import type { Setup } from "./use-setup";

const POPULAR = [
  "claude-code",
  "codex",
  "gemini-cli",
  "chatbox",
  "cherry-studio",
  "vscode",
  "python",
  "curl",
  "other",
];

/** Which app is to use it: its steps, and the proof that it does. */
export function AppStep({ setup }: { setup: Setup }) {
  const { t } = useTranslation("home");
  const textsOf = useClientTexts();
  const { connection, error, retry } = useConnection(undefined, undefined);
  const chosen = CLIENTS.find(({ id }) => id === setup.client);
  return (
    <div className="flex flex-col gap-4">
      <ul className="grid grid-cols-2 gap-2 sm:grid-cols-3">
        {CLIENTS.filter(({ id }) => POPULAR.includes(id)).map((client) => (
          <li key={client.id}>
            <button
              type="button"
              aria-pressed={client === chosen}
              onClick={() => setup.go("app", { client: client.id })}
              className={cn(
                "w-full truncate rounded-lg border px-3 py-2 text-left font-medium hover:border-ring",
                client === chosen && "border-primary bg-accent",
              )}
            >
              {textsOf(client).name}
            </button>
          </li>
        ))}
      </ul>
      {error ? <Trouble error={error} retry={retry} /> : null}
      {!connection && !error && <Skeleton className="h-32" />}
      {chosen && connection && (
        <>
          <Steps
            key={`steps-${chosen.id}`}
            client={chosen}
            name={textsOf(chosen).name}
            connection={connection}
          />
          <Waiting key={`waiting-${chosen.id}`} client={chosen} name={textsOf(chosen).name} />
        </>
      )}
      <div className="flex flex-wrap items-center gap-2 border-t pt-4">
        <Button size="lg" variant={chosen ? "default" : "outline"} onClick={setup.close}>
          {t("setup.app.finish")}
        </Button>
        <Button asChild variant="ghost">
          <Link to="/connect">{t("setup.app.all")}</Link>
        </Button>
      </div>
    </div>
  );
}
