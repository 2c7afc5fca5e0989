import { Link } from "@tanstack/react-router";
import { FlaskConicalIcon, PencilIcon, PlusIcon, Trash2Icon } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Channel } from "@/api/queries";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { useFormat } from "@/lib/format";
import { VirtualRows } from "../virtual-rows";
import type { ChannelModel, Row } from "./rows";
import type { ModelChanges } from "./use-models";

interface Props {
  channel: Channel;
  rows: Row[];
  changes: ModelChanges;
  edit: (model: ChannelModel) => void;
}

export function ModelList({ channel, rows, changes, edit }: Props) {
  const { t } = useTranslation("channels");
  return (
    <VirtualRows
      rows={rows}
      keyOf={(row) => `${row.kind} ${row.name}`}
      label={t("models.list")}
      render={(row) => <ModelRow channel={channel} row={row} changes={changes} edit={edit} />}
      className="max-h-[55vh]"
    />
  );
}

function ModelRow({ channel, row, changes, edit }: Omit<Props, "rows"> & { row: Row }) {
  const { t } = useTranslation("channels");
  const { model, name } = row;
  const tick = (isOn: boolean) => (model ? changes.switchTo([name], isOn) : changes.add([name]));
  return (
    <>
      <Checkbox
        checked={model?.enabled ?? false}
        disabled={changes.isPending}
        onCheckedChange={(isOn) => tick(isOn === true)}
        aria-label={t("models.offer", { name })}
      />
      <span className="min-w-0 flex-1 truncate" title={name}>
        {name}
        {model && model.upstream !== name && (
          <span className="text-muted-foreground text-xs" title={model.upstream}>
            {" → "}
            {model.upstream}
          </span>
        )}
      </span>
      {row.kind !== "offered" && (
        <Badge variant={row.kind === "new" ? "ok" : "warn"}>{t(`models.kind.${row.kind}`)}</Badge>
      )}
      {model ? (
        <>
          <Abilities model={model} />
          <Button asChild variant="ghost" size="icon-sm">
            <Link
              to="/channels"
              search={{ id: channel.id, tab: "test", model: name }}
              aria-label={t("models.test", { name })}
              title={t("models.test", { name })}
            >
              <FlaskConicalIcon />
            </Link>
          </Button>
          <Button
            variant="ghost"
            size="icon-sm"
            onClick={() => edit(model)}
            aria-label={t("models.edit", { name })}
          >
            <PencilIcon />
          </Button>
          <Button
            variant="ghost"
            size="icon-sm"
            disabled={changes.isPending}
            onClick={() => changes.remove([name])}
            aria-label={t("models.remove", { name })}
          >
            <Trash2Icon />
          </Button>
        </>
      ) : (
        <Button size="sm" variant="outline" disabled={changes.isPending} onClick={() => changes.add([name])}>
          <PlusIcon /> {t("models.add")}
        </Button>
      )}
    </>
  );
}

function Abilities({ model }: { model: ChannelModel }) {
  const { t } = useTranslation("channels");
  const format = useFormat();
  const { price_input, price_output } = model;
  const told = [
    model.vision && t("models.can.vision"),
    model.tools && t("models.can.tools"),
    model.context_tokens && t("models.can.context", { tokens: format.count(model.context_tokens, true) }),
    (price_input !== null || price_output !== null) &&
      `${price_input === null ? "–" : format.money(price_input)} / ${price_output === null ? "–" : format.money(price_output)}`,
  ].filter(Boolean);
  return <span className="max-w-56 shrink truncate text-muted-foreground text-xs">{told.join(" · ")}</span>;
}
