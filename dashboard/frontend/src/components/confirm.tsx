import { createContext, type ReactNode, useCallback, useContext, useState } from "react";
import { useTranslation } from "react-i18next";
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

interface Question {
  title: string;
  /** What it means; what can't be undone. */
  text: string;
  /** The word on the button that does it: "Delete". */
  action: string;
  isDestructive?: boolean;
}

type Ask = (question: Question) => Promise<boolean>;

const Asking = createContext<Ask>(async () => false);

/** Asks before something that can't be undone: `if (await confirm({…})) …`. */
export const useConfirm = () => useContext(Asking);

export function ConfirmProvider({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const [asked, setAsked] = useState<{ question: Question; answer: (yes: boolean) => void }>();
  const ask = useCallback<Ask>((question) => new Promise((answer) => setAsked({ question, answer })), []);
  const settle = (yes: boolean) => {
    asked?.answer(yes);
    setAsked(undefined);
  };
  const question = asked?.question;
  return (
    <Asking.Provider value={ask}>
      {children}
      <AlertDialog open={!!question} onOpenChange={(open) => !open && settle(false)}>
        <AlertDialogContent>
          <AlertDialogTitle>{question?.title}</AlertDialogTitle>
          <AlertDialogDescription>{question?.text}</AlertDialogDescription>
          <AlertDialogFooter>
            <AlertDialogCancel>{t("cancel")}</AlertDialogCancel>
            <AlertDialogAction
              className={question?.isDestructive ? buttonVariants({ variant: "destructive" }) : undefined}
              onClick={() => settle(true)}
            >
              {question?.action}
            </AlertDialogAction>
          </AlertDialogFooter>
        </AlertDialogContent>
      </AlertDialog>
    </Asking.Provider>
  );
}
