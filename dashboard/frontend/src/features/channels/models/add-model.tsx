import { PlusIcon } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { messageOf } from "@/api/errors";
import type { Channel } from "@/api/queries";
import { Field } from "@/components/field";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { useChange } from "../use-channels";
import { givenOf, typedModels } from "./rows";

/** A model by its name: of providers that list none, wildcards, and names of the owner's own. */
export function AddModel({ channel }: { channel: Channel }) {
  const { t } = useTranslation("channels");
  const [text, setText] = useState("");
  const [problem, setProblem] = useState("");
  const { changed, isPending } = useChange(channel.id, { isShown: true });
  const models = typedModels(text);
  const add = async (event: FormEvent) => {
    event.preventDefault();
    try {
      await changed({ models: [...givenOf(channel.models), ...models] });
      setText("");
      setProblem("");
    } catch (error) {
      setProblem(messageOf(error));
    }
  };
  return (
    <form onSubmit={add} className="flex items-start gap-2">
      <Field label={t("models.byName")} hint={t("models.byNameHint")} error={problem} className="flex-1">
        <Input
          value={text}
          onChange={(event) => setText(event.target.value)}
          autoComplete="off"
          spellCheck={false}
        />
      </Field>
      <Button type="submit" variant="outline" className="mt-5" disabled={!models.length || isPending}>
        <PlusIcon /> {t("models.add")}
      </Button>
    </form>
  );
}
