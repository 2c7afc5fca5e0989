import { useBlocker } from "@tanstack/react-router";
import { createContext, type ReactNode, useCallback, useContext, useEffect, useId, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useConfirm } from "@/components/confirm";

const Unsaved = createContext<Set<string>>(new Set());

/** Asks before whoever leaves loses what is typed and not saved: another tab, another page, another address. */
export function UnsavedGuard({ children }: { children: ReactNode }) {
  const { t } = useTranslation("settings");
  const confirm = useConfirm();
  const { current: unsaved } = useRef(new Set<string>());
  useBlocker({
    shouldBlockFn: async () =>
      unsaved.size > 0 &&
      !(await confirm({
        title: t("unsaved.title"),
        text: t("unsaved.text"),
        action: t("unsaved.discard"),
        isDestructive: true,
      })),
    enableBeforeUnload: () => unsaved.size > 0,
  });
  return <Unsaved.Provider value={unsaved}>{children}</Unsaved.Provider>;
}

/**
 * Tells the guard around it whether there is something to lose. Returns how to say at once that there is nothing any
 * more, for who saves and leaves in one go.
 */
export function useUnsaved(isDirty: boolean): () => void {
  const unsaved = useContext(Unsaved);
  const id = useId();
  const forget = useCallback(() => void unsaved.delete(id), [unsaved, id]);
  useEffect(() => {
    if (isDirty) unsaved.add(id);
    return forget;
  }, [isDirty, unsaved, id, forget]);
  return forget;
}
