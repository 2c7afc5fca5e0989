import { useMutation } from "@tanstack/react-query";
import { FolderOpenIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { ask, isInWindow } from "@/lib/desktop/bridge";

/** Chooses a model's file. A browser tells no page where a file is: there it is typed. */
export function BrowseModel({ onChosen }: { onChosen: (path: string) => void }) {
  const { t } = useTranslation("channels");
  const { mutate, isPending } = useMutation({
    mutationFn: () => ask("pick_file", "model"),
    onSuccess: (picked) => "path" in picked && onChosen(picked.path),
  });
  if (!isInWindow()) return null;
  return (
    <Button variant="outline" className="self-start" disabled={isPending} onClick={() => mutate()}>
      <FolderOpenIcon /> {t("engine.browse")}
    </Button>
  );
}
