import { useQueryClient } from "@tanstack/react-query";
import { KeyRoundIcon } from "lucide-react";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { $api } from "@/api";
import { refresh, useKeys } from "@/api/queries";
import { Field } from "@/components/field";
import { ModelPicker } from "@/components/model-picker";
import { Button } from "@/components/ui/button";
import { Label } from "@/components/ui/label";
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from "@/components/ui/select";
import { type Connection, useChoose } from "./use-connection";

const MASTER = "master";

/** Which key and which model the app gets. A key of its own tells it apart, and can be limited and taken back. */
export function Choices({ name, connection }: { name: string; connection: Connection }) {
  const { t } = useTranslation("connect");
  const modelId = useId();
  const choose = useChoose();
  const { data: keys = [] } = useKeys();
  const apps = keys.filter(({ is_master, enabled }) => !is_master && enabled);
  return (
    <div className="flex flex-wrap items-end gap-3">
      <Field label={t("key.label")}>
        <KeySelect value={connection.keyId} apps={apps} onChange={(key) => choose({ key })} />
      </Field>
      {connection.keyId === undefined && <MakeKey name={name} />}
      <div className="flex flex-col gap-1.5">
        <Label htmlFor={modelId}>{t("model.label")}</Label>
        <ModelPicker
          id={modelId}
          label={t("model.label")}
          value={connection.values.model}
          onChange={(model) => choose({ model })}
        />
      </div>
    </div>
  );
}

interface KeySelectProps {
  value: number | undefined;
  apps: { id: number; name: string }[];
  onChange: (key: number | undefined) => void;
  id?: string;
}

function KeySelect({ value, apps, onChange, ...named }: KeySelectProps) {
  const { t } = useTranslation("connect");
  return (
    <Select
      value={value === undefined ? MASTER : String(value)}
      onValueChange={(chosen) => onChange(chosen === MASTER ? undefined : Number(chosen))}
    >
      <SelectTrigger className="w-48" {...named}>
        <SelectValue />
      </SelectTrigger>
      <SelectContent>
        <SelectItem value={MASTER}>{t("key.master")}</SelectItem>
        {apps.map(({ id, name }) => (
          <SelectItem key={id} value={String(id)}>
            {name}
          </SelectItem>
        ))}
      </SelectContent>
    </Select>
  );
}

function MakeKey({ name }: { name: string }) {
  const { t } = useTranslation("connect");
  const queries = useQueryClient();
  const choose = useChoose();
  const { mutate, isPending } = $api.useMutation("post", "/api/keys", {
    onSuccess: async (key) => {
      await queries.invalidateQueries({ queryKey: ["get", "/api/keys"] });
      refresh(queries, "/api/status");
      choose({ key: key.id });
    },
  });
  return (
    <Button
      variant="outline"
      disabled={isPending}
      onClick={() => mutate({ body: { name } })}
      title={t("key.why")}
    >
      <KeyRoundIcon />
      {t("key.make")}
    </Button>
  );
}
