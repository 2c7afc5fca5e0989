import { Link } from "@tanstack/react-router";
import { PanelLeftCloseIcon, PanelLeftOpenIcon } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { cn } from "@/lib/cn";
import { readStored, store } from "@/lib/stored";
import { PAGES } from "./pages";
import { StatusPill } from "./status-pill";

const KEY = "novapi.rail";

/** The rail on the left: 200 px, or icons alone. */
export function Sidebar() {
  const { t } = useTranslation();
  const [isNarrow, setNarrow] = useState(() => readStored(KEY) === "narrow");
  const toggle = () => {
    setNarrow(!isNarrow);
    store(KEY, isNarrow ? "wide" : "narrow");
  };
  const Icon = isNarrow ? PanelLeftOpenIcon : PanelLeftCloseIcon;
  return (
    <aside
      className={cn(
        "sticky top-0 flex h-screen shrink-0 flex-col border-r bg-sidebar",
        isNarrow ? "w-14" : "w-[12.5rem]",
      )}
    >
      <div className="flex h-14 items-center gap-2.5 px-4">
        <img src={`${import.meta.env.BASE_URL}favicon.svg`} alt="" className="size-6" />
        {!isNarrow && <span className="font-semibold text-base tracking-tight">Novapi</span>}
      </div>
      <nav aria-label={t("nav.label")} className="flex flex-1 flex-col gap-0.5 overflow-y-auto px-2">
        {PAGES.map(({ name, to, icon: PageIcon }) => (
          <Link
            key={name}
            to={to}
            activeOptions={{ exact: to === "/", includeSearch: false }}
            title={isNarrow ? t(`nav.${name}`) : undefined}
            aria-label={isNarrow ? t(`nav.${name}`) : undefined}
            className="flex h-8 items-center gap-2.5 rounded-md px-2.5 text-muted-foreground hover:bg-accent hover:text-foreground data-[status=active]:bg-accent data-[status=active]:font-medium data-[status=active]:text-foreground"
          >
            <PageIcon className="size-4 shrink-0" aria-hidden />
            {!isNarrow && t(`nav.${name}`)}
          </Link>
        ))}
      </nav>
      <div
        className={cn(
          "flex gap-1 border-t p-2",
          isNarrow ? "flex-col items-center" : "items-center justify-between",
        )}
      >
        <StatusPill isNarrow={isNarrow} />
        <Button
          variant="ghost"
          size="icon-sm"
          onClick={toggle}
          aria-label={t(isNarrow ? "nav.expand" : "nav.collapse")}
        >
          <Icon />
        </Button>
      </div>
    </aside>
  );
}
