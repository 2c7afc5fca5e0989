import { LoaderCircleIcon } from "lucide-react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Trouble } from "@/components/trouble";
import { Button } from "@/components/ui/button";
import { CheckedChannel } from "./checked-channel";
import { useCheck } from "./use-check";
import type { Setup } from "./use-setup";

/** The test of what was just added, stage by stage, while the owner watches. */
export function CheckStep({ setup }: { setup: Setup }) {
  const { t } = useTranslation("home");
  const joined = setup.ids.join();
  const ids = useMemo(() => joined.split(",").map(Number).filter(Boolean), [joined]);
  const { phase, checks, models, error, again } = useCheck(ids);
  const isGood = checks.some(({ ok }) => ok);
  return (
    <div className="flex flex-col gap-4">
      {phase === "models" && (
        <p role="status" className="flex items-center gap-2 text-muted-foreground">
          <LoaderCircleIcon className="size-4 animate-spin" aria-hidden />
          {t("setup.check.fetching")}
        </p>
      )}
      {checks.map((check) => (
        <CheckedChannel
          key={check.id}
          check={check}
          models={models[check.id]}
          again={again}
          onRemoved={() => setup.go("source", { channels: [] })}
        />
      ))}
      {error ? <Trouble error={error} retry={again} /> : null}
      <div className="flex flex-wrap items-center gap-2 border-t pt-4">
        <Button
          size="lg"
          disabled={phase !== "done"}
          onClick={() => setup.go("app")}
          variant={isGood ? "default" : "outline"}
        >
          {t(isGood || phase !== "done" ? "setup.check.next" : "setup.check.anyway")}
        </Button>
        <Button variant="ghost" onClick={() => setup.go("source", { channels: [] })}>
          {t("setup.check.another")}
        </Button>
      </div>
    </div>
  );
}
