import { XIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { cn } from "@/lib/cn";
import { AppStep } from "./app-step";
import { CheckStep } from "./check-step";
import { SourceStep } from "./source-step";
import type { Setup, SetupStep } from "./use-setup";

const STEPS: SetupStep[] = ["source", "check", "app"];

/** From nothing to the first request in three steps. Can be closed at any time. */
export function FirstRun({ setup, step }: { setup: Setup; step: SetupStep }) {
  const { t } = useTranslation("home");
  const at = STEPS.indexOf(step);
  return (
    <section
      aria-labelledby="setup-title"
      className="mx-auto flex w-full max-w-3xl flex-col gap-5 rounded-xl border bg-card p-6 shadow-sm"
    >
      <header className="flex items-start justify-between gap-3">
        <div className="flex flex-col gap-2">
          <ol
            className="flex gap-1.5"
            aria-label={t("setup.progress", { step: at + 1, steps: STEPS.length })}
          >
            {STEPS.map((each, index) => (
              <li
                key={each}
                aria-current={each === step ? "step" : undefined}
                className={cn(
                  "h-1.5 w-10 rounded-full",
                  index <= at ? "bg-primary" : "bg-muted-foreground/25",
                )}
              >
                <span className="sr-only">{t(`setup.${each}.title`)}</span>
              </li>
            ))}
          </ol>
          <h2 id="setup-title" className="font-semibold text-lg leading-tight">
            {t(`setup.${step}.title`)}
          </h2>
          <p className="text-muted-foreground">{t(`setup.${step}.hint`)}</p>
        </div>
        <Button variant="ghost" size="icon" onClick={setup.close} aria-label={t("setup.close")}>
          <XIcon />
        </Button>
      </header>
      {step === "source" && <SourceStep setup={setup} />}
      {step === "check" && <CheckStep key={setup.ids.join()} setup={setup} />}
      {step === "app" && <AppStep setup={setup} />}
    </section>
  );
}
