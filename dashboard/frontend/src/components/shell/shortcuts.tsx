import { useTranslation } from "react-i18next";
import { Dialog, DialogContent, DialogTitle } from "@/components/ui/dialog";
import { PAGES } from "./pages";

const IN_LOG = [
  { keys: ["j", "k"], text: "keys.rows" },
  { keys: ["Enter"], text: "keys.open" },
  { keys: ["c"], text: "keys.curl" },
  { keys: ["r"], text: "keys.replay" },
  { keys: ["Space"], text: "keys.pause" },
] as const;

/** "?": what the keyboard can do. */
export function Shortcuts({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const mod = /Mac/.test(navigator.userAgent) ? "⌘" : "Ctrl";
  return (
    <Dialog open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <DialogContent aria-describedby={undefined}>
        <DialogTitle>{t("keys.title")}</DialogTitle>
        <div className="grid grid-cols-2 gap-x-8 gap-y-4">
          <section>
            <h3 className="mb-2 font-medium text-muted-foreground text-xs">{t("keys.anywhere")}</h3>
            <Row keys={[mod, "K"]} text={t("keys.palette")} />
            {PAGES.map(({ name, key }) => (
              <Row key={name} keys={["g", key]} text={t("keys.goTo", { page: t(`nav.${name}`) })} />
            ))}
            <Row keys={["/"]} text={t("keys.search")} />
            <Row keys={["Esc"]} text={t("keys.close")} />
            <Row keys={["?"]} text={t("keys.help")} />
          </section>
          <section>
            <h3 className="mb-2 font-medium text-muted-foreground text-xs">{t("keys.inLog")}</h3>
            {IN_LOG.map(({ keys, text }) => (
              <Row key={text} keys={keys} text={t(text)} />
            ))}
          </section>
        </div>
      </DialogContent>
    </Dialog>
  );
}

function Row({ keys, text }: { keys: readonly string[]; text: string }) {
  return (
    <div className="flex items-center justify-between gap-3 py-1">
      <span>{text}</span>
      <span className="flex shrink-0 gap-1">
        {keys.map((key) => (
          <kbd key={key} className="rounded border bg-muted px-1.5 font-mono text-xs">
            {key}
          </kbd>
        ))}
      </span>
    </div>
  );
}
