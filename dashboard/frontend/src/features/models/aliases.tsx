import { useQueryClient } from "@tanstack/react-query";
import { PencilIcon, SplitIcon, Trash2Icon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { $api, type Schemas } from "@/api";
import { refresh } from "@/api/queries";
import { EmptyState } from "@/components/empty-state";
import { Button } from "@/components/ui/button";
import { Switch } from "@/components/ui/switch";
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import { useChange } from "./change";
import { CopyName } from "./copy-name";

const UNDO_MS = 10_000;

export type Alias = Schemas["AliasOut"];

/** The owner's own names, each for an ordered list of models. */
export function Aliases({ aliases }: { aliases: Alias[] }) {
  const { t } = useTranslation("models");
  const change = useChange();
  const deeds = useDeeds();
  if (!aliases.length)
    return (
      <EmptyState
        icon={SplitIcon}
        title={t("alias.empty")}
        actions={<Button onClick={() => change({ alias: "new" })}>{t("alias.add")}</Button>}
      >
        {t("alias.why")}
      </EmptyState>
    );
  return (
    <div className="flex flex-col gap-3">
      <p className="text-muted-foreground">{t("alias.why")}</p>
      <div className="rounded-lg border bg-card">
        <Table>
          <TableHeader>
            <TableRow>
              <TableHead>{t("alias.name")}</TableHead>
              <TableHead>{t("alias.models")}</TableHead>
              <TableHead>{t("alias.strategy")}</TableHead>
              <TableHead>{t("alias.enabled")}</TableHead>
              <TableHead>
                <span className="sr-only">{t("table.actions")}</span>
              </TableHead>
            </TableRow>
          </TableHeader>
          <TableBody>
            {aliases.map((alias) => (
              <Row key={alias.id} alias={alias} {...deeds} />
            ))}
          </TableBody>
        </Table>
      </div>
    </div>
  );
}

function Row({ alias, setEnabled, remove }: { alias: Alias } & ReturnType<typeof useDeeds>) {
  const { t } = useTranslation("models");
  const change = useChange();
  const models = alias.models.join(" → ");
  return (
    <TableRow>
      <TableCell className="max-w-60">
        <CopyName name={alias.name} />
      </TableCell>
      <TableCell className="max-w-md truncate" title={models}>
        {models}
      </TableCell>
      <TableCell className="whitespace-nowrap">{t(`strategy.${alias.strategy as Strategy}.name`)}</TableCell>
      <TableCell>
        <Switch
          checked={alias.enabled}
          aria-label={t("alias.enable", { name: alias.name })}
          onCheckedChange={(enabled) => setEnabled(alias, enabled)}
        />
      </TableCell>
      <TableCell className="whitespace-nowrap text-right">
        <Button
          variant="ghost"
          size="icon-sm"
          aria-label={t("alias.edit", { name: alias.name })}
          title={t("alias.edit", { name: alias.name })}
          onClick={() => change({ alias: String(alias.id) })}
        >
          <PencilIcon />
        </Button>
        <Button
          variant="ghost"
          size="icon-sm"
          aria-label={t("alias.delete", { name: alias.name })}
          title={t("alias.delete", { name: alias.name })}
          onClick={() => remove(alias)}
        >
          <Trash2Icon />
        </Button>
      </TableCell>
    </TableRow>
  );
}

type Strategy = Schemas["AliasIn"]["strategy"] & string;

/** Deleting asks nothing: it can be undone as long as the toast is there. */
function useDeeds() {
  const { t } = useTranslation("models");
  const { t: common } = useTranslation();
  const queries = useQueryClient();
  const onSuccess = () => refresh(queries, "/api/aliases", "/api/models");
  const patch = $api.useMutation("patch", "/api/aliases/{alias_id}", { onSuccess });
  const create = $api.useMutation("post", "/api/aliases", { onSuccess });
  const drop = $api.useMutation("delete", "/api/aliases/{alias_id}", { onSuccess });
  const bringBack = ({ name, models, strategy, enabled }: Alias) =>
    create.mutate({ body: { name, models, strategy: strategy as Strategy, enabled } });
  return {
    setEnabled: ({ id }: Alias, enabled: boolean) =>
      patch.mutate({ params: { path: { alias_id: id } }, body: { enabled } }),
    remove: (alias: Alias) =>
      drop.mutateAsync({ params: { path: { alias_id: alias.id } } }).then(
        // Not by `mutate`'s own callback: the live stream may have taken the row away before the answer is here.
        () =>
          toast(t("alias.deleted", { name: alias.name }), {
            duration: UNDO_MS,
            action: { label: common("undo"), onClick: () => bringBack(alias) },
          }),
        () => undefined, // told by the central toast
      ),
  };
}
