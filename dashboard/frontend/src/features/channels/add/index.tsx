import { useNavigate } from "@tanstack/react-router";
import { ArrowLeftIcon } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Channel, Provider } from "@/api/queries";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogFooter, DialogHeader, DialogTitle } from "@/components/ui/dialog";
import type { PastedChannel } from "@/lib/paste";
import { TestPanel } from "../testing/panel";
import { ChooseModels } from "./choose-models";
import { CommandForm } from "./command-form";
import { DraftForm } from "./draft-form";
import { Source } from "./source";

type Step =
  | { at: "source" }
  | { at: "draft"; provider: Provider; pasted?: PastedChannel }
  | { at: "command" }
  | { at: "models"; channel: Channel }
  | { at: "check"; channel: Channel };

/** From a link or a pasted key, a provider, a found engine or a command to a channel that was seen to work. */
export function AddDialog({ link, onClose }: { link: string; onClose: () => void }) {
  const { t } = useTranslation("channels");
  const { t: common } = useTranslation();
  const navigate = useNavigate();
  const [step, setStep] = useState<Step>({ at: "source" });
  const isMade = step.at === "models" || step.at === "check";
  const open = (channel: Channel) => void navigate({ to: "/channels", search: { id: channel.id } });
  return (
    <Dialog open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <DialogContent
        className="max-w-[min(46rem,calc(100vw-2rem))]"
        aria-describedby={undefined}
        // A touch beside it must not lose a key that was just pasted.
        onInteractOutside={(event) => event.preventDefault()}
      >
        <DialogHeader className="flex-row items-center gap-2">
          {!isMade && step.at !== "source" && (
            <Button
              variant="ghost"
              size="icon-sm"
              onClick={() => setStep({ at: "source" })}
              aria-label={common("back")}
            >
              <ArrowLeftIcon />
            </Button>
          )}
          <DialogTitle className="truncate">
            {"channel" in step
              ? t(`add.titles.${step.at}`, { name: step.channel.name })
              : t(`add.titles.${step.at}`)}
          </DialogTitle>
        </DialogHeader>
        {step.at === "source" && (
          <Source
            link={link}
            onProvider={(provider, pasted) => setStep({ at: "draft", provider, pasted })}
            onCommand={() => setStep({ at: "command" })}
            onMade={(channel) => setStep({ at: "check", channel })}
            onManyMade={onClose}
          />
        )}
        {step.at === "draft" && (
          <DraftForm
            provider={step.provider}
            pasted={step.pasted}
            onMade={(channel) => setStep({ at: "models", channel })}
          />
        )}
        {step.at === "command" && <CommandForm onMade={(channel) => setStep({ at: "check", channel })} />}
        {step.at === "models" && (
          <ChooseModels channel={step.channel} onChosen={(channel) => setStep({ at: "check", channel })} />
        )}
        {step.at === "check" && (
          <>
            <TestPanel channel={step.channel} isImmediate />
            <DialogFooter>
              <Button variant="outline" onClick={() => open(step.channel)}>
                {t("add.open")}
              </Button>
              <Button onClick={onClose}>{common("done")}</Button>
            </DialogFooter>
          </>
        )}
      </DialogContent>
    </Dialog>
  );
}
