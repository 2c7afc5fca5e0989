import { getRouteApi } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Page } from "@/components/page";
import { Tabs, TabsContent, TabsList, TabsTrigger } from "@/components/ui/tabs";
import { AboutTab } from "./about-tab";
import { AppearanceTab } from "./appearance-tab";
import { BackupTab } from "./backup";
import { DesktopTab } from "./desktop";
import { LIMITS } from "./fields";
import { KeysTab } from "./keys";
import { NetworkTab } from "./network-tab";
import { PreferencesTab } from "./preferences-tab";
import { RecordingTab } from "./recording-tab";
import { type Tab, tabOf, tabsHere } from "./tabs";
import { UnsavedGuard } from "./unsaved";

const route = getRouteApi("/settings");

const CONTENT: Record<Tab, () => React.ReactNode> = {
  keys: () => <KeysTab />,
  routing: () => <PreferencesTab sections={LIMITS} />,
  recording: () => <RecordingTab />,
  network: () => <NetworkTab />,
  desktop: () => <DesktopTab />,
  appearance: () => <AppearanceTab />,
  backup: () => <BackupTab />,
  about: () => <AboutTab />,
};

export function SettingsPage() {
  const { t } = useTranslation("settings");
  const tab = tabOf(route.useSearch().tab);
  const navigate = route.useNavigate();
  return (
    <UnsavedGuard>
      <Page title={t("title")}>
        <Tabs value={tab} onValueChange={(chosen) => navigate({ search: { tab: chosen } })}>
          <TabsList className="max-w-full overflow-x-auto" aria-label={t("title")}>
            {tabsHere().map((each) => (
              <TabsTrigger key={each} value={each}>
                {t(`tabs.${each}`)}
              </TabsTrigger>
            ))}
          </TabsList>
          <TabsContent value={tab}>{CONTENT[tab]()}</TabsContent>
        </Tabs>
      </Page>
    </UnsavedGuard>
  );
}
