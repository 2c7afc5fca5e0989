import { LoaderCircleIcon } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { showProblems } from "@/api/errors";
import type { Channel } from "@/api/queries";
import { Field } from "@/components/field";
import { Button } from "@/components/ui/button";
import { Textarea } from "@/components/ui/textarea";
import { wordsOf } from "../fields";
import { useChange } from "../use-channels";
import { useUnsaved } from "./unsaved";

/** One key or many, beside those the channel has. */
export function AddKeys({ channel }: { channel: Channel }) {
  const { t } = useTranslation("channels");
  const [text, setText] = useState("");
  const [problem, setProblem] = useState("");
  const { changed, isPending } = useChange(channel.id, { isShown: true });
  const keys = wordsOf(text);
  useUnsaved(keys.length > 0);
  const add = async (event: FormEvent) => {
    event.preventDefault();
    try {
      await changed({ add_api_keys: keys });
      setText("");
      setProblem("");
    } catch (error) {
      let told = "";
      const rest = showProblems<{ api_keys: string }>(error, ["api_keys"], (_, { message }) => {
        told = message ?? "";
      });
      setProblem([told, rest].filter(Boolean).join(" "));
    }
  };
  return (
    <form onSubmit={add} className="flex flex-col gap-2">
      <Field label={t("keys.add")} hint={t("keys.addHint")} error={problem}>
        <Textarea
          value={text}
          onChange={(event) => setText(event.target.value)}
          rows={3}
          autoComplete="off"
          spellCheck={false}
          className="font-mono"
        />
      </Field>
      <Button type="submit" className="self-start" disabled={!keys.length || isPending}>
        {isPending && <LoaderCircleIcon className="animate-spin" />}
        {t("keys.addAction", { count: Math.max(1, keys.length) })}
      </Button>
    </form>
  );
}
