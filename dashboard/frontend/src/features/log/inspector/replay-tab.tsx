import { PlayIcon, PlusIcon, XIcon } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ModelPicker } from "@/components/model-picker";
import { Button } from "@/components/ui/button";
import type { Bodies } from "./bodies";
import { originalRun } from "./original-run";
import { RequestEditor } from "./request-editor";
import { RunColumn } from "./run-column";
import type { RecordOut } from "./sentence-of";
import { useReplays } from "./use-replays";

const MOST_MODELS = 3;

/** The call once more: to the same model or others, as it was or edited, up to three side by side. */
export function ReplayTab({ record, bodies }: { record: RecordOut; bodies: Bodies }) {
  const { t } = useTranslation("log");
  const [models, setModels] = useState([record.model_asked]);
  const [edited, setEdited] = useState<object>();
  const [isWrong, setWrong] = useState(false);
  const { runs, start, stop } = useReplays(record);
  const original = originalRun(record, bodies);
  const setModel = (index: number, model: string) =>
    setModels(models.map((each, at) => (at === index ? model : each)));
  const remove = (index: number) => setModels(models.filter((_, at) => at !== index));
  return (
    <div className="flex flex-col gap-3">
      <RequestEditor body={bodies.request ?? null} onChange={setEdited} onWrong={setWrong} />
      <div className="flex flex-wrap items-center gap-2">
        {models.map((model, index) => (
          <span key={index} className="flex items-center gap-1">
            <ModelPicker
              value={model}
              onChange={(next) => setModel(index, next)}
              label={t("replay.model", { number: index + 1 })}
              className="w-44"
            />
            {models.length > 1 && (
              <Button
                size="icon-sm"
                variant="ghost"
                onClick={() => remove(index)}
                aria-label={t("replay.remove", { model })}
              >
                <XIcon />
              </Button>
            )}
          </span>
        ))}
        {models.length < MOST_MODELS && (
          <Button variant="outline" onClick={() => setModels([...models, record.model_asked])}>
            <PlusIcon /> {t("replay.add")}
          </Button>
        )}
        <Button disabled={isWrong} onClick={() => start(models, edited)} className="ml-auto">
          <PlayIcon /> {t("replay.start")}
        </Button>
      </div>
      <div className="@container">
        <div className="grid gap-3 @[34rem]:grid-flow-col @[34rem]:auto-cols-fr">
          <RunColumn title={t("replay.original")} run={original} row={record} />
          {runs.map(({ model, run, row }, index) => (
            <RunColumn
              key={index}
              title={model}
              run={run}
              row={row}
              original={original}
              onStop={() => stop(index)}
            />
          ))}
        </div>
      </div>
    </div>
  );
}
