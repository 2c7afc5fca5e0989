import { useQueryClient } from "@tanstack/react-query";
import { EyeIcon, EyeOffIcon, RotateCwIcon } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { $api, client } from "@/api";
import { messageOf } from "@/api/errors";
import { type ClientKey, refresh } from "@/api/queries";
import { useConfirm } from "@/components/confirm";
import { CopyButton } from "@/components/copy-button";
import { Button } from "@/components/ui/button";
import { Card, CardDescription, CardTitle } from "@/components/ui/card";
import { useFormat } from "@/lib/format";
import { StoppedApps } from "./stopped-apps";
import { useUses } from "./use-uses";

/** The key that works anywhere, and what changing it breaks. */
export function MasterCard({ master }: { master: ClientKey }) {
  const { t } = useTranslation("settings");
  const { t: common } = useTranslation();
  const format = useFormat();
  const [shown, setShown] = useState("");
  const requests = useUses().get(master.id)?.requests ?? 0;
  const rotate = useRotate(requests, () => setShown(""));
  const show = () =>
    shown ? setShown("") : readMaster().then(setShown, (error) => toast.error(messageOf(error)));
  return (
    <Card>
      <div className="flex flex-col gap-1">
        <CardTitle>{t("keys.master")}</CardTitle>
        <CardDescription>{t("keys.masterText")}</CardDescription>
      </div>
      <div className="flex flex-wrap items-center gap-2">
        <code className="break-all rounded-md border bg-muted px-2 py-1 text-xs">
          {shown || master.masked}
        </code>
        <Button
          variant="ghost"
          size="icon-sm"
          aria-label={t(shown ? "keys.hide" : "keys.show")}
          title={t(shown ? "keys.hide" : "keys.show")}
          onClick={() => void show()}
        >
          {shown ? <EyeOffIcon /> : <EyeIcon />}
        </Button>
        <CopyButton text={readMaster} label={common("copy.key")} />
        <span className="text-muted-foreground text-xs tabular-nums">
          {t("keys.requests", { count: requests, shown: format.count(requests) })}
        </span>
        <Button variant="outline" className="ml-auto" disabled={rotate.isPending} onClick={rotate.ask}>
          <RotateCwIcon /> {t("keys.rotate")}
        </Button>
      </div>
      <StoppedApps owner={master} />
    </Card>
  );
}

async function readMaster(): Promise<string> {
  const { data, error } = await client.GET("/api/keys/master");
  if (!data) throw error;
  return data.key;
}

function useRotate(requests: number, onDone: () => void) {
  const { t } = useTranslation("settings");
  const format = useFormat();
  const confirm = useConfirm();
  const queries = useQueryClient();
  const { mutate, isPending } = $api.useMutation("post", "/api/keys/master/rotate", {
    onSuccess: () => {
      onDone();
      refresh(queries, "/api/keys", "/api/keys/master");
      toast.success(t("keys.rotated"));
    },
  });
  const ask = async () => {
    const isSure = await confirm({
      title: t("keys.rotateTitle"),
      text: t("keys.rotateText", { count: requests, shown: format.count(requests) }),
      action: t("keys.rotate"),
      isDestructive: true,
    });
    if (isSure) mutate({});
  };
  return { ask, isPending };
}
