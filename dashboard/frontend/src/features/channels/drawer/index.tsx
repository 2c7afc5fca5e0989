import { useNavigate } from "@tanstack/react-router";
import { CableIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Channel } from "@/api/queries";
import { EmptyState } from "@/components/empty-state";
import { Button } from "@/components/ui/button";
import { Sheet, SheetContent, SheetDescription, SheetHeader, SheetTitle } from "@/components/ui/sheet";
import { Switch } from "@/components/ui/switch";
import { Tabs, TabsContent, TabsList, TabsTrigger } from "@/components/ui/tabs";
import { ChannelMenu } from "../channel-menu";
import { EngineTab } from "../engine";
import { ModelsTab } from "../models";
import { ProviderTile } from "../provider-tile";
import { StateChip } from "../state-chip";
import { TABS, type Tab } from "../tabs";
import { TestPanel } from "../testing/panel";
import { useChange, useProvider, useProviderName } from "../use-channels";
import { AdvancedTab } from "./advanced";
import { KeysTab } from "./keys";
import { LimitsTab } from "./limits";
import { OverviewTab } from "./overview";
import { UnsavedGuard } from "./unsaved";

interface Props {
  /** Undefined where there is none of this id. */
  channel: Channel | undefined;
  readAt: number;
  tab: Tab;
  /** The model to test with. */
  model?: string;
}

/** One channel, from the right side. */
export function ChannelDrawer({ channel, readAt, tab, model }: Props) {
  const { t } = useTranslation("channels");
  const navigate = useNavigate();
  const close = () => void navigate({ to: "/channels", search: ({ q }) => ({ q }) });
  return (
    <UnsavedGuard>
      {(leave) => (
        <Sheet open onOpenChange={(isOpen) => !isOpen && void leave(close)}>
          <SheetContent
            className="max-w-3xl outline-none"
            aria-describedby={undefined}
            onOpenAutoFocus={focusItself}
          >
            {channel ? (
              <>
                <Head channel={channel} readAt={readAt} onDeleted={close} />
                <Body
                  channel={channel}
                  readAt={readAt}
                  tab={tab}
                  model={model}
                  go={(next) =>
                    void leave(
                      () =>
                        void navigate({
                          to: "/channels",
                          search: ({ q }) => ({ q, id: channel.id, tab: next }),
                        }),
                    )
                  }
                />
              </>
            ) : (
              <>
                <SheetTitle className="sr-only">{t("gone.title")}</SheetTitle>
                <EmptyState
                  icon={CableIcon}
                  title={t("gone.title")}
                  actions={<Button onClick={close}>{t("gone.close")}</Button>}
                />
              </>
            )}
          </SheetContent>
        </Sheet>
      )}
    </UnsavedGuard>
  );
}

/** Not its first control, which is the switch: one touch of Space would switch the channel off. */
function focusItself(event: Event) {
  event.preventDefault();
  (event.currentTarget as HTMLElement).focus();
}

function Head({ channel, readAt, onDeleted }: { channel: Channel; readAt: number; onDeleted: () => void }) {
  const { t } = useTranslation("channels");
  const provider = useProvider(channel.provider);
  const nameOf = useProviderName();
  const { change } = useChange(channel.id);
  return (
    <SheetHeader className="flex-row items-center gap-3">
      <ProviderTile name={provider?.name ?? channel.provider} />
      <div className="min-w-0 flex-1">
        <SheetTitle className="truncate" title={channel.name}>
          {channel.name}
        </SheetTitle>
        <SheetDescription className="truncate">
          {provider ? nameOf(provider) : channel.provider}
        </SheetDescription>
      </div>
      <StateChip channel={channel} readAt={readAt} />
      <Switch
        checked={channel.enabled}
        onCheckedChange={(enabled) => change({ enabled })}
        aria-label={t("switch", { name: channel.name })}
      />
      <ChannelMenu channel={channel} onDeleted={onDeleted} />
    </SheetHeader>
  );
}

function Body({
  channel,
  readAt,
  tab,
  model,
  go,
}: Omit<Props, "channel"> & { channel: Channel; go: (tab: Tab) => void }) {
  const { t } = useTranslation("channels");
  const isLocal = useProvider(channel.provider)?.local || channel.command !== "";
  const tabs = TABS.filter((each) => each !== "engine" || isLocal);
  return (
    <Tabs value={tab} onValueChange={(next) => go(next as Tab)}>
      <TabsList>
        {tabs.map((each) => (
          <TabsTrigger key={each} value={each}>
            {t(`tabs.${each}`)}
          </TabsTrigger>
        ))}
      </TabsList>
      <TabsContent value={tab} className="pt-1">
        {tab === "overview" && <OverviewTab channel={channel} />}
        {tab === "keys" && <KeysTab channel={channel} readAt={readAt} />}
        {tab === "models" && <ModelsTab channel={channel} />}
        {tab === "limits" && <LimitsTab channel={channel} />}
        {tab === "advanced" && <AdvancedTab channel={channel} />}
        {tab === "engine" && <EngineTab channel={channel} />}
        {tab === "test" && <TestPanel key={model} channel={channel} model={model} />}
      </TabsContent>
    </Tabs>
  );
}
