import { getRouteApi } from "@tanstack/react-router";
import { KeyRoundIcon, PlusIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useKeys } from "@/api/queries";
import { EmptyState } from "@/components/empty-state";
import { Trouble } from "@/components/trouble";
import { Button } from "@/components/ui/button";
import { Card, CardDescription, CardHeader, CardTitle } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import { KeyDialog } from "./key-dialog";
import { KeysTable } from "./keys-table";
import { MasterCard } from "./master-card";

const route = getRouteApi("/settings");

/** The master key, and a key for each app that is to have limits or numbers of its own. */
export function KeysTab() {
  const { t } = useTranslation("settings");
  const { data, error, refetch } = useKeys();
  const { key: opened } = route.useSearch();
  const navigate = route.useNavigate();
  const open = (key: number | undefined) => navigate({ search: { tab: "keys", key } });
  if (error) return <Trouble error={error} retry={refetch} />;
  if (!data) return <Skeleton className="h-96" />;
  const master = data.find((key) => key.is_master);
  const keys = data.filter((key) => !key.is_master);
  return (
    <div className="flex flex-col gap-4">
      {master && <MasterCard master={master} />}
      <Card>
        <CardHeader>
          <div className="flex flex-col gap-1">
            <CardTitle>{t("keys.apps")}</CardTitle>
            <CardDescription>{t("keys.appsText")}</CardDescription>
          </div>
          <Button onClick={() => open(0)}>
            <PlusIcon /> {t("keys.new")}
          </Button>
        </CardHeader>
        {keys.length ? (
          <KeysTable keys={keys} onEdit={(key) => open(key.id)} />
        ) : (
          <EmptyState icon={KeyRoundIcon} title={t("keys.none")}>
            {t("keys.noneText")}
          </EmptyState>
        )}
      </Card>
      {opened !== undefined && (opened === 0 || data.some((key) => key.id === opened)) && (
        <KeyDialog
          key={opened}
          edited={data.find((key) => key.id === opened)}
          onClose={() => open(undefined)}
        />
      )}
    </div>
  );
}
