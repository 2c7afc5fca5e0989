import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { StatusChip } from "@/components/status-chip";
import { useFormat } from "@/lib/format";
import type { Client } from "./clients";
import type { SeenApp } from "./use-apps";
import { useClientTexts } from "./use-client-texts";

/** An app: how it is connected, and whether it was heard of in the last week. */
export function ClientCard({ client, seen }: { client: Client; seen: SeenApp[] }) {
  const { t } = useTranslation("connect");
  const format = useFormat();
  const { name, hint } = useClientTexts()(client);
  const requests = seen.reduce((sum, row) => sum + row.requests, 0);
  return (
    <li>
      <Link
        to="/connect"
        search={(before) => ({ ...before, client: client.id })}
        className="flex h-full min-h-16 flex-col justify-center gap-1 rounded-lg border bg-card px-3 py-2 hover:border-ring"
      >
        <span className="flex items-center justify-between gap-2">
          <span className="truncate font-medium" title={name}>
            {name}
          </span>
          {requests > 0 && (
            <StatusChip tone="ok" title={t("seen.title")}>
              {t("seen.requests", { count: requests, number: format.count(requests, true) })}
            </StatusChip>
          )}
        </span>
        <span className="truncate text-muted-foreground text-xs">{hint}</span>
      </Link>
    </li>
  );
}
