import { getRouteApi } from "@tanstack/react-router";
import { PlusIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { $api } from "@/api";
import { useModels } from "@/api/queries";
import { Page } from "@/components/page";
import { Trouble } from "@/components/trouble";
import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import { Tabs, TabsContent, TabsList, TabsTrigger } from "@/components/ui/tabs";
import { AliasDialog } from "./alias-dialog";
import { Aliases } from "./aliases";
import { Catalogue } from "./catalogue";
import { useChange } from "./change";

const route = getRouteApi("/models");

export function ModelsPage() {
  const { t } = useTranslation("models");
  const change = useChange();
  const { tab, alias } = route.useSearch();
  const models = useModels();
  const aliases = $api.useQuery("get", "/api/aliases");
  const edited = aliases.data?.find((each) => each.id === Number(alias));
  return (
    <Page
      title={t("title")}
      actions={
        <Button onClick={() => change({ alias: "new" })}>
          <PlusIcon /> {t("alias.add")}
        </Button>
      }
    >
      <Tabs
        value={tab === "aliases" ? "aliases" : "models"}
        onValueChange={(value) => change({ tab: value === "aliases" ? value : undefined })}
      >
        <TabsList aria-label={t("title")}>
          <TabsTrigger value="models">{t("tabs.models", { count: models.data?.length ?? 0 })}</TabsTrigger>
          <TabsTrigger value="aliases">{t("tabs.aliases", { count: aliases.data?.length ?? 0 })}</TabsTrigger>
        </TabsList>
        <TabsContent value="models">
          {models.isError && <Trouble error={models.error} retry={models.refetch} />}
          {models.isPending && <Skeleton className="h-96" />}
          {models.data && <Catalogue models={models.data} />}
        </TabsContent>
        <TabsContent value="aliases">
          {aliases.isError && <Trouble error={aliases.error} retry={aliases.refetch} />}
          {aliases.isPending && <Skeleton className="h-48" />}
          {aliases.data && <Aliases aliases={aliases.data} />}
        </TabsContent>
      </Tabs>
      {(alias === "new" || edited) && (
        <AliasDialog key={alias} alias={edited} onClose={() => change({ alias: undefined })} />
      )}
    </Page>
  );
}
