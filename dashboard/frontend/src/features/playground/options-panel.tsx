import { useTranslation } from "react-i18next";
import { Field } from "@/components/field";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { Label } from "@/components/ui/label";
import { Switch } from "@/components/ui/switch";
import { Textarea } from "@/components/ui/textarea";
import type { Options } from "./conversation";
import { changeSession, currentSession, useSession } from "./session";
import { EXAMPLE, problemOf } from "./tools";

const change = (part: Partial<Options>) =>
  changeSession({ options: { ...currentSession().options, ...part } });

/** What goes with every request; empty: the model's own default. */
export function OptionsPanel() {
  const { t } = useTranslation("playground");
  const { options } = useSession();
  return (
    <aside
      aria-label={t("options.title")}
      className="flex w-64 shrink-0 flex-col gap-4 overflow-y-auto rounded-lg border bg-card p-3"
    >
      <Field label={t("options.system")}>
        <Textarea
          className="field-sizing-content max-h-60 min-h-20"
          placeholder={t("options.systemHint")}
          value={options.system}
          onChange={(event) => change({ system: event.target.value })}
        />
      </Field>
      <Field label={t("options.temperature")}>
        <Input
          type="number"
          min={0}
          max={2}
          step={0.1}
          placeholder={t("options.default")}
          value={options.temperature}
          onChange={(event) => change({ temperature: event.target.value })}
        />
      </Field>
      <Field label={t("options.maxTokens")}>
        <Input
          type="number"
          min={1}
          step={1}
          placeholder={t("options.default")}
          value={options.maxTokens}
          onChange={(event) => change({ maxTokens: event.target.value })}
        />
      </Field>
      <div className="flex items-center justify-between gap-2">
        <Label htmlFor="playground-json">{t("options.json")}</Label>
        <Switch
          id="playground-json"
          checked={options.isJson}
          onCheckedChange={(isJson) => change({ isJson })}
        />
      </div>
      <ToolsField tools={options.tools} />
    </aside>
  );
}

function ToolsField({ tools }: { tools: string }) {
  const { t } = useTranslation("playground");
  const problem = problemOf(tools);
  return (
    <div className="flex flex-col gap-2">
      <Field
        label={t("options.tools")}
        hint={t("options.toolsHint")}
        error={problem && t(`tools.problem.${problem.kind}`, { where: problem.where })}
      >
        <Textarea
          className="field-sizing-content max-h-72 min-h-20 font-mono text-xs"
          spellCheck={false}
          value={tools}
          onChange={(event) => change({ tools: event.target.value })}
        />
      </Field>
      {!tools.trim() && (
        <Button size="sm" variant="outline" className="self-start" onClick={() => change({ tools: EXAMPLE })}>
          {t("tools.example")}
        </Button>
      )}
    </div>
  );
}
