import { createContext, type ReactNode, useCallback, useContext, useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import {
  AlertDialog,
  AlertDialogAction,
  AlertDialogCancel,
  AlertDialogContent,
  AlertDialogDescription,
  AlertDialogFooter,
  AlertDialogTitle,
} from "@/components/ui/alert-dialog";
import { buttonVariants } from "@/components/ui/button";
import { ask } from "@/lib/desktop/bridge";

const Quitting = createContext<() => void>(() => {});

/** Quits Novapi, from its window; asks first where answers are still streaming. */
export const useQuit = () => useContext(Quitting);

export function QuitProvider({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const [streaming, setStreaming] = useState(0);
  const say = useCallback((how: "ask" | "wait" | "now") => {
    ask("quit", how).then(
      (answer) => how === "ask" && setStreaming(answer.streaming ?? 0),
      (trouble: Error) => toast.error(trouble.message),
    );
  }, []);
  const quit = useCallback(() => say("ask"), [say]);
  const wait = () => {
    say("wait");
    toast.info(t("window.quit.waiting"));
  };
  return (
    <Quitting.Provider value={quit}>
      {children}
      <AlertDialog open={streaming > 0} onOpenChange={(open) => !open && setStreaming(0)}>
        <AlertDialogContent>
          <AlertDialogTitle>{t("window.quit.streaming", { count: streaming })}</AlertDialogTitle>
          <AlertDialogDescription>{t("window.quit.text")}</AlertDialogDescription>
          <AlertDialogFooter>
            <AlertDialogCancel>{t("cancel")}</AlertDialogCancel>
            <AlertDialogAction
              className={buttonVariants({ variant: "destructive" })}
              onClick={() => say("now")}
            >
              {t("window.quit.now")}
            </AlertDialogAction>
            <AlertDialogAction onClick={wait}>{t("window.quit.wait")}</AlertDialogAction>
          </AlertDialogFooter>
        </AlertDialogContent>
      </AlertDialog>
    </Quitting.Provider>
  );
}
