import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useProviders } from "@/api/queries";
import { Field } from "@/components/field";
import { LinkRemarks } from "@/components/link-remarks";
import { Trouble } from "@/components/trouble";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Textarea } from "@/components/ui/textarea";
import { recognise } from "@/lib/paste";
import { FoundEngines } from "./found-engines";
import { ImportOneApi } from "./import-one-api";
import { PastedChannels } from "./pasted-channels";
import type { Setup } from "./use-setup";

/** Where answers come from: a key, an engine that runs already, One-API's database, or the demo model. */
export function SourceStep({ setup }: { setup: Setup }) {
  const { t } = useTranslation("home");
  const [text, setText] = useState("");
  const { data: providers, error, refetch } = useProviders();
  const pasted = recognise(text, providers ?? []);
  const check = (channels: number[]) => setup.go("check", { channels });
  return (
    <div className="flex flex-col gap-5">
      <div className="flex flex-col gap-3">
        <Field label={t("setup.paste.label")} hint={t("setup.paste.hint")}>
          <Textarea
            autoFocus
            value={text}
            onChange={(event) => setText(event.target.value)}
            rows={3}
            spellCheck={false}
            autoComplete="off"
            className="font-mono text-xs"
            placeholder="sk-…"
          />
        </Field>
        {error && <Trouble error={error} retry={refetch} />}
        {providers && (pasted.kind === "own-key" || pasted.kind === "unknown") && (
          <Alert variant="warn">
            {t(pasted.kind === "own-key" ? "setup.paste.own" : "setup.paste.unknown")}
          </Alert>
        )}
        {providers && <LinkRemarks pasted={pasted} providers={providers} />}
        {pasted.channels.length > 0 && providers && (
          <PastedChannels key={text} channels={pasted.channels} providers={providers} onAdded={check} />
        )}
      </div>
      <FoundEngines onAdded={check} />
      <ImportOneApi onMoved={() => setup.go("app")} />
      <div className="border-t pt-4">
        <Button variant="link" className="px-0" onClick={() => setup.go("app")}>
          {t("setup.skip")}
        </Button>
      </div>
    </div>
  );
}
