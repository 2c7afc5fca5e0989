import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ClientKey } from "@/api/queries";
import { CopyButton } from "@/components/copy-button";
import { Button } from "@/components/ui/button";
import {
  Dialog,
  DialogContent,
  DialogDescription,
  DialogFooter,
  DialogHeader,
  DialogTitle,
} from "@/components/ui/dialog";
import { KeyForm } from "./key-form";

/** Makes an app key, or changes one. A new one is shown at the end, to be copied. */
export function KeyDialog({ edited, onClose }: { edited?: ClientKey; onClose: () => void }) {
  const { t } = useTranslation("settings");
  const [made, setMade] = useState<{ name: string; key: string }>();
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent>
        {made ? (
          <Made name={made.name} token={made.key} onClose={onClose} />
        ) : (
          <>
            <DialogHeader>
              <DialogTitle>
                {edited ? t("keys.editTitle", { name: edited.name }) : t("keys.newTitle")}
              </DialogTitle>
              <DialogDescription>{t("keys.formText")}</DialogDescription>
            </DialogHeader>
            <KeyForm edited={edited} onMade={setMade} onClose={onClose} />
          </>
        )}
      </DialogContent>
    </Dialog>
  );
}

function Made({ name, token, onClose }: { name: string; token: string; onClose: () => void }) {
  const { t } = useTranslation("settings");
  const { t: common } = useTranslation();
  return (
    <>
      <DialogHeader>
        <DialogTitle>{t("keys.madeTitle", { name })}</DialogTitle>
        <DialogDescription>{t("keys.madeText")}</DialogDescription>
      </DialogHeader>
      <div className="flex items-center gap-2">
        <code className="min-w-0 flex-1 break-all rounded-md border bg-muted px-3 py-2 text-xs">{token}</code>
        <CopyButton text={token} label={common("copy.key")} isLabelled variant="default" />
      </div>
      <DialogFooter>
        <Button variant="outline" onClick={onClose}>
          {common("done")}
        </Button>
      </DialogFooter>
    </>
  );
}
