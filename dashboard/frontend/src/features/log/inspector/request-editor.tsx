import { PencilIcon, RotateCcwIcon } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Field } from "@/components/field";
import { Button } from "@/components/ui/button";
import { Textarea } from "@/components/ui/textarea";
import type { Body } from "./bodies";
import { prettyOf } from "./pretty";

const LARGEST = 300_000; // letters that a text field bears

interface Props {
  body: Body | null;
  /** The request as it shall be sent; undefined: as it was. */
  onChange: (body: object | undefined) => void;
  onWrong: (isWrong: boolean) => void;
}

/** The request as JSON, to be changed before it is sent again. */
export function RequestEditor({ body, onChange, onWrong }: Props) {
  const { t } = useTranslation("log");
  const [text, setText] = useState<string>();
  if (!body?.json) return <p className="text-muted-foreground text-xs">{t("replay.noEdit")}</p>;
  const pretty = () => prettyOf(body);
  const edit = (next: string | undefined) => {
    setText(next);
    const json = next === undefined ? undefined : objectIn(next);
    onWrong(next !== undefined && !json);
    onChange(next === undefined || next === pretty() ? undefined : json);
  };
  if (text === undefined) {
    const isLarge = body.size > LARGEST;
    return (
      <Button
        variant="outline"
        size="sm"
        className="self-start"
        disabled={isLarge}
        title={isLarge ? t("replay.tooLarge") : undefined}
        onClick={() => edit(pretty())}
      >
        <PencilIcon /> {t("replay.edit")}
      </Button>
    );
  }
  return (
    <div className="flex flex-col items-start gap-2">
      <Field
        label={t("replay.request")}
        error={objectIn(text) ? undefined : t("replay.wrong")}
        className="w-full"
      >
        <Textarea
          value={text}
          onChange={(event) => edit(event.target.value)}
          spellCheck={false}
          className="h-56 font-mono text-xs"
        />
      </Field>
      <Button variant="outline" size="sm" onClick={() => edit(undefined)}>
        <RotateCcwIcon /> {t("replay.asItWas")}
      </Button>
    </div>
  );
}

function objectIn(text: string): object | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return json !== null && typeof json === "object" && !Array.isArray(json) ? json : undefined;
  } catch {
    return undefined;
  }
}
