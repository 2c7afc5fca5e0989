import { ImagePlusIcon, SendIcon, SquareIcon, XIcon } from "lucide-react";
import { type ClipboardEvent, type KeyboardEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { useFormat } from "@/lib/format";
import { askAll, stopAll } from "./asking";
import { MOST_BYTES, TYPES } from "./pictures";
import { changeSession, isBusy, useSession } from "./session";
import { problemOf } from "./tools";
import { useAddPictures } from "./use-pictures";

/** The one prompt for all columns: Enter sends, Shift+Enter is a new line. */
export function PromptBox() {
  const { t } = useTranslation("playground");
  const { columns, options, prompt, pictures } = useSession();
  const addPictures = useAddPictures();
  const [isWaiting, setWaiting] = useState(false); // for who is asked: Enter came before that was known
  const isAnyBusy = columns.some(isBusy);
  const canSend = !isAnyBusy && columns.length > 0 && !problemOf(options.tools);
  const send = () => {
    setWaiting(!columns.length);
    if (!canSend || (!prompt.trim() && !pictures.length)) return;
    askAll({ kind: "question", text: prompt, pictures });
    changeSession({ prompt: "", pictures: [] });
  };
  useEffect(() => {
    if (isWaiting && columns.length) send();
  });
  const onKey = (event: KeyboardEvent) => {
    // Enter that ends the composing of a Chinese word is not one that sends; Safari says so by 229 only.
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing || event.keyCode === 229)
      return;
    event.preventDefault();
    send();
  };
  const onPaste = (event: ClipboardEvent) => {
    const files = [...event.clipboardData.files];
    if (!files.length) return;
    event.preventDefault();
    void addPictures(files);
  };
  return (
    <div className="flex flex-col gap-2 rounded-lg border bg-card p-2 focus-within:border-ring">
      <Pictures />
      <textarea
        aria-label={t("prompt.label")}
        placeholder={t("prompt.placeholder")}
        className="field-sizing-content max-h-60 min-h-10 w-full resize-none bg-transparent px-1 text-sm outline-none placeholder:text-muted-foreground"
        value={prompt}
        onChange={(event) => {
          setWaiting(false);
          changeSession({ prompt: event.target.value });
        }}
        onKeyDown={onKey}
        onPaste={onPaste}
        // biome-ignore lint/a11y/noAutofocus: it is what the page is for
        autoFocus
      />
      <div className="flex items-center gap-2">
        <PickPictures onPick={addPictures} />
        <span className="min-w-0 flex-1 truncate text-muted-foreground text-xs">
          {problemOf(options.tools) ? t("prompt.badTools") : t("prompt.hint")}
        </span>
        {isAnyBusy ? (
          <Button variant="outline" onClick={stopAll}>
            <SquareIcon /> {t("stop")}
          </Button>
        ) : (
          <Button onClick={send} disabled={!canSend || (!prompt.trim() && !pictures.length)}>
            <SendIcon /> {t("send")}
          </Button>
        )}
      </div>
    </div>
  );
}

function PickPictures({ onPick }: { onPick: (files: File[]) => void }) {
  const { t } = useTranslation("playground");
  const format = useFormat();
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        type="file"
        accept={TYPES.join(",")}
        multiple
        hidden
        aria-label={t("pictures.add")}
        onChange={(event) => {
          onPick([...(event.target.files ?? [])]);
          event.target.value = ""; // the same file may be picked again
        }}
      />
      <Button
        variant="ghost"
        size="icon"
        aria-label={t("pictures.add")}
        title={t("pictures.hint", { limit: format.bytes(MOST_BYTES) })}
        onClick={() => input.current?.click()}
      >
        <ImagePlusIcon />
      </Button>
    </>
  );
}

function Pictures() {
  const { t } = useTranslation("playground");
  const { pictures } = useSession();
  if (!pictures.length) return null;
  const remove = (at: number) => changeSession({ pictures: pictures.filter((_, place) => place !== at) });
  return (
    <ul className="flex flex-wrap gap-2">
      {pictures.map((url, at) => (
        <li key={at} className="relative">
          <img src={url} alt={t("pictures.name", { number: at + 1 })} className="h-16 rounded-md border" />
          <Button
            variant="secondary"
            size="icon-sm"
            className="-top-2 -right-2 absolute size-5 rounded-full border"
            aria-label={t("pictures.remove", { number: at + 1 })}
            onClick={() => remove(at)}
          >
            <XIcon className="size-3" />
          </Button>
        </li>
      ))}
    </ul>
  );
}
