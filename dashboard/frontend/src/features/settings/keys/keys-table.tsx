import { Fragment } from "react";
import { useTranslation } from "react-i18next";
import type { ClientKey } from "@/api/queries";
import { StatusChip, type Tone } from "@/components/status-chip";
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import { useFormat } from "@/lib/format";
import { KeyActions } from "./key-actions";
import { type KeyState, LIMIT_NAMES, stateOf } from "./key-values";
import { Spent } from "./spent";
import { StoppedApps } from "./stopped-apps";
import { useUses } from "./use-uses";

const TONES: Record<KeyState, Tone> = { works: "ok", stopped: "bad", off: "off", expired: "warn" };

export function KeysTable({
  keys,
  onEdit,
}: {
  keys: readonly ClientKey[];
  onEdit: (key: ClientKey) => void;
}) {
  const { t } = useTranslation("settings");
  const uses = useUses();
  const format = useFormat();
  return (
    <Table>
      <TableHeader>
        <TableRow>
          <TableHead>{t("keys.name")}</TableHead>
          <TableHead>{t("keys.state")}</TableHead>
          <TableHead>{t("keys.limits")}</TableHead>
          <TableHead>{t("keys.spent")}</TableHead>
          <TableHead className="max-lg:hidden">{t("keys.lastUse")}</TableHead>
          <TableHead>
            <span className="sr-only">{t("keys.actions")}</span>
          </TableHead>
        </TableRow>
      </TableHeader>
      <TableBody>
        {keys.map((key) => {
          const used = uses.get(key.id);
          return (
            <Fragment key={key.id}>
              <TableRow className={key.enabled ? undefined : "bg-muted/40"}>
                <TableCell className="max-w-64">
                  <span className="block truncate font-medium" title={key.name}>
                    {key.name}
                  </span>
                  <code className="text-muted-foreground text-xs">{key.masked}</code>
                </TableCell>
                <TableCell>
                  <State owner={key} />
                </TableCell>
                <TableCell className="text-xs tabular-nums">
                  <Limits owner={key} />
                </TableCell>
                <TableCell>
                  <Spent owner={key} />
                </TableCell>
                <TableCell className="text-xs tabular-nums max-lg:hidden">
                  {used ? format.day(used.day) : t("keys.never")}
                </TableCell>
                <TableCell className="w-0">
                  <KeyActions owner={key} onEdit={() => onEdit(key)} />
                </TableCell>
              </TableRow>
              {key.stopped.length > 0 && (
                <TableRow>
                  <TableCell colSpan={6}>
                    <StoppedApps owner={key} />
                  </TableCell>
                </TableRow>
              )}
            </Fragment>
          );
        })}
      </TableBody>
    </Table>
  );
}

function State({ owner }: { owner: ClientKey }) {
  const { t } = useTranslation("settings");
  const format = useFormat();
  const state = stateOf(owner);
  return (
    <div className="flex flex-col items-start gap-0.5">
      <StatusChip tone={TONES[state]}>{t(`keys.states.${state}`)}</StatusChip>
      {owner.expires_at && (
        <span className="whitespace-nowrap text-muted-foreground text-xs">
          {t("keys.until", { day: format.day(owner.expires_at) })}
        </span>
      )}
      {owner.private && <span className="text-muted-foreground text-xs">{t("keys.private")}</span>}
    </div>
  );
}

/** What bounds it besides money. */
function Limits({ owner }: { owner: ClientKey }) {
  const { t } = useTranslation("settings");
  const format = useFormat();
  const told = LIMIT_NAMES.filter((name) => !name.startsWith("budget") && owner[name] !== null);
  if (!told.length) return <span className="text-muted-foreground">{t("noLimit")}</span>;
  return (
    <ul>
      {told.map((name) => (
        <li key={name} className="whitespace-nowrap">
          {t(`keys.short.${name}` as "keys.short.requests_per_minute", {
            value: format.count(owner[name] as number, true),
          })}
        </li>
      ))}
    </ul>
  );
}
