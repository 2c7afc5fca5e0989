import { useQueryClient } from "@tanstack/react-query";
import { PencilIcon, PowerIcon, PowerOffIcon, Trash2Icon } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { $api, client } from "@/api";
import { type ClientKey, refresh } from "@/api/queries";
import { useConfirm } from "@/components/confirm";
import { CopyButton } from "@/components/copy-button";
import { Button } from "@/components/ui/button";

export function KeyActions({ owner, onEdit }: { owner: ClientKey; onEdit: () => void }) {
  const { t } = useTranslation("settings");
  const remove = useRemove(owner);
  const queries = useQueryClient();
  const { mutate, isPending } = $api.useMutation("patch", "/api/keys/{key_id}", {
    onSettled: () => refresh(queries, "/api/keys"),
  });
  const toggle = () => mutate({ params: { path: { key_id: owner.id } }, body: { enabled: !owner.enabled } });
  const { name } = owner;
  return (
    <div className="flex justify-end">
      <CopyButton text={() => readToken(owner.id)} label={t("keys.copyOf", { name })} />
      <Action label={t("keys.editOf", { name })} onClick={onEdit}>
        <PencilIcon />
      </Action>
      <Action
        label={t(owner.enabled ? "keys.disableOf" : "keys.enableOf", { name })}
        isDisabled={isPending}
        onClick={toggle}
      >
        {owner.enabled ? <PowerOffIcon /> : <PowerIcon />}
      </Action>
      <Action label={t("keys.deleteOf", { name })} onClick={() => void remove()}>
        <Trash2Icon />
      </Action>
    </div>
  );
}

interface ActionProps {
  label: string;
  isDisabled?: boolean;
  onClick: () => void;
  children: ReactNode;
}

function Action({ label, isDisabled, onClick, children }: ActionProps) {
  return (
    <Button
      variant="ghost"
      size="icon-sm"
      aria-label={label}
      title={label}
      disabled={isDisabled}
      onClick={onClick}
    >
      {children}
    </Button>
  );
}

async function readToken(id: number): Promise<string> {
  const { data, error } = await client.GET("/api/keys/{key_id}", { params: { path: { key_id: id } } });
  if (!data) throw error;
  return data.key;
}

function useRemove({ id, name }: ClientKey) {
  const { t } = useTranslation("settings");
  const { t: common } = useTranslation();
  const confirm = useConfirm();
  const queries = useQueryClient();
  const { mutate } = $api.useMutation("delete", "/api/keys/{key_id}", {
    onSuccess: () => toast.success(t("keys.deleted", { name })),
    onSettled: () => refresh(queries, "/api/keys"),
  });
  return async () => {
    const isSure = await confirm({
      title: t("keys.deleteTitle", { name }),
      text: t("keys.deleteText"),
      action: common("delete"),
      isDestructive: true,
    });
    if (isSure) mutate({ params: { path: { key_id: id } } });
  };
}
