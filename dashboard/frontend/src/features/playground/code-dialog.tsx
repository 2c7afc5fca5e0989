import { useState } from "react";
import { useTranslation } from "react-i18next";
import { CodeBlock } from "@/components/code-block";
import { Dialog, DialogContent, DialogDescription, DialogHeader, DialogTitle } from "@/components/ui/dialog";
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from "@/components/ui/select";
import { ToggleGroup, ToggleGroupItem } from "@/components/ui/toggle-group";
import { useBaseUrl } from "@/lib/base-url";
import { asCode, LANGUAGES, type Language } from "./code";
import type { Column } from "./columns";
import { bodyOf } from "./conversation";
import { type Session, useSession } from "./session";
import { problemOf } from "./tools";

const NAMES = { curl: "curl", python: "Python", javascript: "JavaScript" } as const;

/** The conversation as it stands, with what is typed, as code to run elsewhere. */
export function CodeDialog({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const { t } = useTranslation("playground");
  const session = useSession();
  const baseUrl = useBaseUrl();
  const [language, setLanguage] = useState<Language>("curl");
  const [chosen, setChosen] = useState<number>();
  const { columns } = session;
  const column = columns.find((each) => each.id === chosen) ?? columns[0];
  return (
    <Dialog open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <DialogContent className="max-w-3xl">
        <DialogHeader>
          <DialogTitle>{t("code.title")}</DialogTitle>
          <DialogDescription>{t("code.hint")}</DialogDescription>
        </DialogHeader>
        <div className="flex flex-wrap gap-2">
          <ToggleGroup
            type="single"
            aria-label={t("code.language")}
            value={language}
            onValueChange={(value) => value && setLanguage(value as Language)}
          >
            {LANGUAGES.map((each) => (
              <ToggleGroupItem key={each} value={each}>
                {NAMES[each]}
              </ToggleGroupItem>
            ))}
          </ToggleGroup>
          {columns.length > 1 && (
            <Select value={String(column?.id)} onValueChange={(id) => setChosen(Number(id))}>
              <SelectTrigger aria-label={t("code.model")} className="max-w-64">
                <SelectValue />
              </SelectTrigger>
              <SelectContent>
                {columns.map((each) => (
                  <SelectItem key={each.id} value={String(each.id)}>
                    {each.model}
                  </SelectItem>
                ))}
              </SelectContent>
            </Select>
          )}
        </div>
        {isOpen && column && <CodeBlock code={codeOf(language, column, session, baseUrl)} />}
      </DialogContent>
    </Dialog>
  );
}

function codeOf(language: Language, { model, turns }: Column, session: Session, baseUrl: string): string {
  const { prompt, pictures, options } = session;
  const typed =
    prompt.trim() || pictures.length ? [{ kind: "question", text: prompt, pictures } as const] : [];
  // An answer that is there already is no part of what is asked.
  const asked = typed.length || turns.at(-1)?.kind !== "answer" ? turns : turns.slice(0, -1);
  const given = problemOf(options.tools) ? { ...options, tools: "" } : options;
  return asCode(language, bodyOf(model, [...asked, ...typed], given), baseUrl);
}
