import { createContext, type ReactNode, type RefObject, useContext, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useConfirm } from "@/components/confirm";

const Unsaved = createContext<RefObject<boolean>>({ current: false });

/** Says that what is typed here is not stored yet. */
export function useUnsaved(isDirty: boolean): void {
  const unsaved = useContext(Unsaved);
  useEffect(() => {
    unsaved.current = isDirty;
    return () => {
      unsaved.current = false;
    };
  }, [unsaved, isDirty]);
}

/** Around the forms; `leave(go)` asks before `go` where something would be lost. */
export function UnsavedGuard({
  children,
}: {
  children: (leave: (go: () => void) => Promise<void>) => ReactNode;
}) {
  const { t } = useTranslation("channels");
  const confirm = useConfirm();
  const unsaved = useRef(false);
  const leave = async (go: () => void) => {
    const isFree =
      !unsaved.current ||
      (await confirm({
        title: t("unsaved.title"),
        text: t("unsaved.text"),
        action: t("unsaved.action"),
        isDestructive: true,
      }));
    if (isFree) go();
  };
  return <Unsaved.Provider value={unsaved}>{children(leave)}</Unsaved.Provider>;
}
