import { SearchIcon } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Input } from "@/components/ui/input";

const REST_MS = 400; // after the last letter

/** Words in what was asked and answered. What is being composed, in Chinese say, is not searched for yet. */
export function SearchBox({ value, onChange }: { value: string; onChange: (text: string) => void }) {
  const { t } = useTranslation("log");
  const [typed, setTyped] = useState(value);
  const [isComposing, setComposing] = useState(false);
  useEffect(() => setTyped(value), [value]);
  useEffect(() => {
    if (isComposing || typed.trim() === value) return;
    const timer = setTimeout(() => onChange(typed.trim()), REST_MS);
    return () => clearTimeout(timer);
  });
  return (
    <span className="relative">
      <SearchIcon
        className="pointer-events-none absolute top-1.5 left-2 size-4 text-muted-foreground"
        aria-hidden
      />
      <Input
        type="search"
        data-search
        value={typed}
        maxLength={200}
        onChange={(event) => setTyped(event.target.value)}
        onCompositionStart={() => setComposing(true)}
        onCompositionEnd={() => setComposing(false)}
        onKeyDown={(event) => {
          if (event.key === "Escape") event.currentTarget.blur();
        }}
        placeholder={t("filter.search")}
        aria-label={t("filter.search")}
        className="h-7 w-56 pl-8 text-xs"
      />
    </span>
  );
}
