import { useQueryClient } from "@tanstack/react-query";
import { PlayIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { $api } from "@/api";
import { type ClientKey, refresh } from "@/api/queries";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";

/** The apps with this key that ran away, why they were stopped, and the button that lets them go on. */
export function StoppedApps({ owner }: { owner: ClientKey }) {
  const { t } = useTranslation("settings");
  const queries = useQueryClient();
  const { mutate, isPending } = $api.useMutation("post", "/api/keys/{key_id}/resume", {
    onSettled: () => refresh(queries, "/api/keys"),
  });
  if (!owner.stopped.length) return null;
  return (
    <Alert variant="bad" className="items-center px-3 py-2">
      <ul className="min-w-0 flex-1">
        {owner.stopped.map(({ app, reason }) => (
          <li key={app} className="break-words">
            {t("keys.stopped", { app, reason })}
          </li>
        ))}
      </ul>
      <Button
        size="sm"
        variant="outline"
        className="text-foreground"
        disabled={isPending}
        onClick={() => mutate({ params: { path: { key_id: owner.id } } })}
      >
        <PlayIcon /> {t("keys.resume")}
      </Button>
    </Alert>
  );
}
