import { SearchIcon } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Input } from "@/components/ui/input";
import { useChange } from "./change";

/** The text stands here while it is typed, and in the URL once no letters are being put together (pinyin, kana). */
export function SearchBox({ typed }: { typed: string }) {
  const { t } = useTranslation("models");
  const change = useChange();
  const [text, setText] = useState(typed);
  useEffect(() => setText(typed), [typed]);
  const tell = (value: string) => change({ q: value || undefined }, true);
  return (
    <div className="relative max-w-xl">
      <SearchIcon
        className="pointer-events-none absolute top-2 left-2.5 size-4 text-muted-foreground"
        aria-hidden
      />
      <Input
        data-search
        type="search"
        className="pl-8"
        aria-label={t("search.label")}
        placeholder={t("search.hint")}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          if (!(event.nativeEvent as InputEvent).isComposing) tell(event.target.value);
        }}
        onCompositionEnd={(event) => tell(event.currentTarget.value)}
      />
    </div>
  );
}
