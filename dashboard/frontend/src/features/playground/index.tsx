import { useNavigate } from "@tanstack/react-router";
import { BoxesIcon, CodeIcon, EraserIcon, PlusIcon, SlidersHorizontalIcon } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "@/components/empty-state";
import { Trouble } from "@/components/trouble";
import { Button } from "@/components/ui/button";
import { readStored, store } from "@/lib/stored";
import { stopAll } from "./asking";
import { CodeDialog } from "./code-dialog";
import { ColumnView } from "./column-view";
import { MOST } from "./columns";
import { Dropzone } from "./dropzone";
import { OptionsPanel } from "./options-panel";
import { PromptBox } from "./prompt-box";
import { changeSession } from "./session";
import { useColumns } from "./use-models";

const SHOWN = "novapi.playground.options";
const ROOMY_PX = 1200; // in a narrower window the options would leave no room for two columns

/** One prompt, up to four models side by side. */
export function PlaygroundPage() {
  const { t } = useTranslation("playground");
  const { columns, error, retry, isEmpty, choose, canAdd, add, remove } = useColumns();
  const [hasOptions, setOptions] = useState(
    () => (readStored(SHOWN) ?? (innerWidth < ROOMY_PX ? "no" : "yes")) !== "no",
  );
  const [isCode, setCode] = useState(false);
  const isUsed = columns.some((column) => column.turns.length);
  const toggleOptions = () => {
    store(SHOWN, hasOptions ? "no" : "yes");
    setOptions(!hasOptions);
  };
  const clear = () => {
    stopAll();
    changeSession({ columns: columns.map((column) => ({ ...column, turns: [] })) });
  };
  return (
    <div className="flex h-dvh min-h-[32rem] flex-col gap-3 p-5">
      <header className="flex min-h-8 flex-wrap items-center justify-between gap-3">
        <h1 className="font-semibold text-xl leading-tight">{t("title")}</h1>
        <div className="flex flex-wrap items-center gap-2">
          <Button
            variant="outline"
            onClick={add}
            disabled={!canAdd || columns.length >= MOST || !columns.length}
          >
            <PlusIcon /> {t("addModel")}
          </Button>
          <Button variant="outline" onClick={() => setCode(true)} disabled={!columns.length}>
            <CodeIcon /> {t("code.open")}
          </Button>
          <Button variant="outline" onClick={clear} disabled={!isUsed}>
            <EraserIcon /> {t("clear")}
          </Button>
          <Button variant="outline" aria-pressed={hasOptions} onClick={toggleOptions}>
            <SlidersHorizontalIcon /> {t("options.title")}
          </Button>
        </div>
      </header>
      {error && <Trouble error={error} retry={retry} />}
      {isEmpty ? (
        <NoModels />
      ) : (
        <div className="flex min-h-0 flex-1 gap-3">
          <Dropzone className="flex min-w-0 flex-1 flex-col gap-3">
            <div className="flex min-h-0 flex-1 gap-3 overflow-x-auto">
              {columns.map((column) => (
                <ColumnView
                  key={column.id}
                  column={column}
                  onChoose={(model) => choose(column.id, model)}
                  onRemove={columns.length > 1 ? () => remove(column.id) : undefined}
                />
              ))}
            </div>
            <PromptBox />
          </Dropzone>
          {hasOptions && <OptionsPanel />}
        </div>
      )}
      <CodeDialog isOpen={isCode} onClose={() => setCode(false)} />
    </div>
  );
}

function NoModels() {
  const { t } = useTranslation("playground");
  const navigate = useNavigate();
  return (
    <EmptyState
      icon={BoxesIcon}
      title={t("noModels.title")}
      actions={<Button onClick={() => navigate({ to: "/channels" })}>{t("noModels.action")}</Button>}
    />
  );
}
