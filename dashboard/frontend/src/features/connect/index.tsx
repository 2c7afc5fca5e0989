import { getRouteApi } from "@tanstack/react-router";
import { SearchXIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "@/components/empty-state";
import { Page } from "@/components/page";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { useBaseUrl } from "@/lib/base-url";
import { ClientCard } from "./client-card";
import { ClientSheet } from "./client-sheet";
import { CLIENTS, clientOf, isFound, KINDS } from "./clients";
import { UnknownApps } from "./unknown-apps";
import { useApps } from "./use-apps";
import { useClientTexts } from "./use-client-texts";

const route = getRouteApi("/connect");

export function ConnectPage() {
  const { t } = useTranslation("connect");
  const { q = "", client: openId } = route.useSearch();
  const navigate = route.useNavigate();
  const textsOf = useClientTexts();
  const { apps } = useApps();
  const base = useBaseUrl();
  const found = CLIENTS.filter((client) => {
    const { name, hint } = textsOf(client);
    return isFound(q, name, hint);
  });
  const search = (text: string) =>
    navigate({ search: (before) => ({ ...before, q: text || undefined }), replace: true });
  return (
    <Page
      title={t("title")}
      hint={t("hint", { url: `${base}/v1` })}
      actions={
        <Input
          type="search"
          data-search
          className="w-56"
          value={q}
          onChange={(event) => search(event.target.value)}
          placeholder={t("search")}
          aria-label={t("search")}
        />
      }
    >
      {KINDS.map((kind) => {
        const clients = found.filter((client) => client.kind === kind);
        if (!clients.length) return null;
        return (
          <section key={kind} aria-labelledby={`kind-${kind}`} className="flex flex-col gap-2">
            <h2 id={`kind-${kind}`} className="font-medium text-muted-foreground text-xs">
              {t(`kinds.${kind}`)}
            </h2>
            <ul className="grid grid-cols-[repeat(auto-fill,minmax(15rem,1fr))] gap-2">
              {clients.map((client) => (
                <ClientCard
                  key={client.id}
                  client={client}
                  seen={apps.filter(({ app }) => clientOf(app) === client)}
                />
              ))}
            </ul>
          </section>
        );
      })}
      {!found.length && (
        <EmptyState
          icon={SearchXIcon}
          title={t("nothing", { q })}
          actions={
            <>
              <Button variant="outline" onClick={() => search("")}>
                {t("clear")}
              </Button>
              <Button onClick={() => navigate({ search: { client: "other" } })}>{t("names.other")}</Button>
            </>
          }
        />
      )}
      <UnknownApps />
      <ClientSheet client={CLIENTS.find(({ id }) => id === openId)} />
    </Page>
  );
}
