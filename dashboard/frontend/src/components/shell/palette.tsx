import { useNavigate } from "@tanstack/react-router";
import {
  AppWindowIcon,
  BoxesIcon,
  CableIcon,
  CirclePauseIcon,
  CirclePlayIcon,
  EyeOffIcon,
  KeyboardIcon,
  KeyRoundIcon,
  LanguagesIcon,
  MonitorIcon,
  MoonIcon,
  PlusIcon,
  PowerIcon,
  SearchIcon,
  SunIcon,
} from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { $api } from "@/api";
import { useChannels, useModels } from "@/api/queries";
import {
  Command,
  CommandEmpty,
  CommandGroup,
  CommandInput,
  CommandItem,
  CommandList,
} from "@/components/ui/command";
import { Dialog, DialogContent, DialogTitle } from "@/components/ui/dialog";
import { setLanguage } from "@/i18n";
import { ask, isInWindow } from "@/lib/desktop/bridge";
import { setTheme } from "@/lib/theme";
import { useLive } from "@/live/use-live";
import { PAGES } from "./pages";
import { useQuit } from "./quit";

/** What One-API calls things, so that whoever comes from there finds them. */
const SYNONYMS: Record<string, string[]> = {
  channels: ["渠道", "provider", "channel", "qudao"],
  models: ["模型", "倍率", "price", "ratio", "moxing"],
  connect: ["应用", "接入", "client", "app", "snippet"],
  settings: ["设置", "令牌", "额度", "token", "quota", "key", "lingpai"],
  usage: ["用量", "额度", "cost", "budget", "spend"],
  log: ["日志", "request", "history", "rizhi"],
  playground: ["操练场", "chat", "try"],
  home: ["首页", "dashboard"],
};

interface Props {
  isOpen: boolean;
  onClose: () => void;
  onShortcuts: () => void;
}

/** Ctrl/Cmd+K: every page, channel and model, a request by its id, and a few deeds. */
export function Palette({ isOpen, onClose, onShortcuts }: Props) {
  const { t } = useTranslation();
  return (
    <Dialog open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <DialogContent
        aria-describedby={undefined}
        className="top-[20%] translate-y-0 gap-0 overflow-hidden p-0"
      >
        <DialogTitle className="sr-only">{t("palette.title")}</DialogTitle>
        {isOpen && <Entries onClose={onClose} onShortcuts={onShortcuts} />}
      </DialogContent>
    </Dialog>
  );
}

function Entries({ onClose, onShortcuts }: Omit<Props, "isOpen">) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [typed, setTyped] = useState("");
  const run = (act: () => unknown) => () => {
    onClose();
    void act();
  };
  const request = /^(nv[_-])?[\w-]{8,}$/.test(typed.trim()) && /\d/.test(typed) ? typed.trim() : "";
  return (
    <Command>
      <CommandInput
        value={typed}
        onValueChange={setTyped}
        placeholder={t("palette.hint")}
        aria-label={t("palette.hint")}
      />
      <CommandList>
        <CommandEmpty>{t("palette.none")}</CommandEmpty>
        <CommandGroup heading={t("palette.pages")}>
          {PAGES.map(({ name, to, icon: Icon }) => (
            <CommandItem
              key={name}
              value={t(`nav.${name}`)}
              keywords={SYNONYMS[name]}
              onSelect={run(() => navigate({ to }))}
            >
              <Icon /> {t(`nav.${name}`)}
            </CommandItem>
          ))}
        </CommandGroup>
        {request && (
          <CommandItem
            value={request}
            onSelect={run(() => navigate({ to: "/log", search: { id: request } }))}
          >
            <SearchIcon /> {t("palette.request", { id: request })}
          </CommandItem>
        )}
        <Deeds run={run} onShortcuts={onShortcuts} />
        <Things run={run} />
      </CommandList>
    </Command>
  );
}

type Run = (act: () => unknown) => () => void;

function Deeds({ run, onShortcuts }: { run: Run; onShortcuts: () => void }) {
  const { t, i18n } = useTranslation();
  const navigate = useNavigate();
  const isPaused = useLive((live) => live.pausedUntil !== null);
  const { mutate: pause } = $api.useMutation("post", "/api/pause");
  const { mutate: resume } = $api.useMutation("delete", "/api/pause");
  const other = i18n.language === "en" ? "zh" : "en";
  return (
    <CommandGroup heading={t("palette.actions")}>
      <CommandItem
        keywords={["新建渠道", "key"]}
        onSelect={run(() => navigate({ to: "/channels", search: { add: true } }))}
      >
        <PlusIcon /> {t("palette.addChannel")}
      </CommandItem>
      <CommandItem
        keywords={["令牌", "token"]}
        onSelect={run(() => navigate({ to: "/settings", search: { tab: "keys" } }))}
      >
        <KeyRoundIcon /> {t("palette.newKey")}
      </CommandItem>
      <CommandItem
        keywords={["pause", "暂停", "stop", "停止"]}
        onSelect={run(() => (isPaused ? resume({}) : pause({ body: { minutes: 60 } })))}
      >
        {isPaused ? <CirclePlayIcon /> : <CirclePauseIcon />}{" "}
        {t(isPaused ? "palette.resume" : "palette.pause")}
      </CommandItem>
      <CommandItem onSelect={run(() => setTheme("light"))}>
        <SunIcon /> {t("palette.light")}
      </CommandItem>
      <CommandItem onSelect={run(() => setTheme("dark"))}>
        <MoonIcon /> {t("palette.dark")}
      </CommandItem>
      <CommandItem onSelect={run(() => setTheme("system"))}>
        <MonitorIcon /> {t("palette.system")}
      </CommandItem>
      <CommandItem
        keywords={["中文", "English", "language", "语言"]}
        onSelect={run(() => setLanguage(other))}
      >
        <LanguagesIcon /> {t("palette.language")}
      </CommandItem>
      <CommandItem onSelect={run(onShortcuts)}>
        <KeyboardIcon /> {t("palette.shortcuts")}
      </CommandItem>
      {isInWindow() && <WindowDeeds run={run} />}
    </CommandGroup>
  );
}

/** What only Novapi's own window can do. */
function WindowDeeds({ run }: { run: Run }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const quit = useQuit();
  const hide = () => ask("hide").catch((trouble: Error) => toast.error(trouble.message));
  return (
    <>
      <CommandItem
        keywords={["autostart", "login", "port", "开机", "端口"]}
        onSelect={run(() => navigate({ to: "/settings", search: { tab: "desktop" } }))}
      >
        <AppWindowIcon /> {t("palette.window")}
      </CommandItem>
      <CommandItem keywords={["tray", "minimise", "托盘"]} onSelect={run(hide)}>
        <EyeOffIcon /> {t("palette.hide")}
      </CommandItem>
      <CommandItem keywords={["exit", "stop", "退出"]} onSelect={run(quit)}>
        <PowerIcon /> {t("palette.quit")}
      </CommandItem>
    </>
  );
}

function Things({ run }: { run: Run }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { data: channels = [] } = useChannels();
  const { data: models = [] } = useModels();
  return (
    <>
      <CommandGroup heading={t("palette.channels")}>
        {channels.map((channel) => (
          <CommandItem
            key={channel.id}
            value={`${channel.name} #${channel.id}`}
            onSelect={run(() => navigate({ to: "/channels", search: { id: channel.id } }))}
          >
            <CableIcon /> {channel.name}
          </CommandItem>
        ))}
      </CommandGroup>
      <CommandGroup heading={t("palette.models")}>
        {models.map((model) => (
          <CommandItem
            key={model.name}
            value={`${model.name} `}
            onSelect={run(() => navigate({ to: "/models", search: { q: model.name } }))}
          >
            <BoxesIcon /> {model.name}
          </CommandItem>
        ))}
      </CommandGroup>
    </>
  );
}
