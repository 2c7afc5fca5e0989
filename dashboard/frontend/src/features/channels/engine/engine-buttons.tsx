import { LoaderCircleIcon, PlayIcon, RotateCwIcon, SquareIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import type { Deed } from "./use-engine-deeds";

const ICONS = { start: PlayIcon, restart: RotateCwIcon, stop: SquareIcon };
const RUNS = ["starting", "ready", "stopping"];

interface Props {
  state: string;
  act: (deed: Deed) => void;
  acting: Deed | undefined;
}

/** What makes sense in this state. One that takes long to start can be stopped meanwhile. */
export function EngineButtons({ state, act, acting }: Props) {
  const { t } = useTranslation("channels");
  const deeds: Deed[] = RUNS.includes(state) ? ["restart", "stop"] : ["start"];
  return (
    <div className="flex gap-2">
      {deeds.map((deed) => {
        const Icon = acting === deed ? LoaderCircleIcon : ICONS[deed];
        return (
          <Button key={deed} size="sm" variant="outline" disabled={acting === deed} onClick={() => act(deed)}>
            <Icon className={acting === deed ? "animate-spin" : undefined} /> {t(`engine.${deed}`)}
          </Button>
        );
      })}
    </div>
  );
}
