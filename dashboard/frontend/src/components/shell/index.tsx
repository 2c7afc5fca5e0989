import { Outlet, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ConfirmProvider } from "@/components/confirm";
import { Toaster } from "@/components/ui/sonner";
import { TooltipProvider } from "@/components/ui/tooltip";
import { useShortcuts } from "@/lib/shortcuts";
import { Banners } from "./banners";
import { PAGES } from "./pages";
import { Palette } from "./palette";
import { QuitProvider } from "./quit";
import { Shortcuts } from "./shortcuts";
import { Sidebar } from "./sidebar";
import { useNews } from "./use-news";

/** What stands around every page. */
export function Shell() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [open, setOpen] = useState<"palette" | "shortcuts" | null>(null);
  useNews();
  useShortcuts({
    "mod+k": () => setOpen("palette"),
    "mod+,": () => navigate({ to: "/settings" }),
    "?": () => setOpen("shortcuts"),
    "/": () => document.querySelector<HTMLElement>("[data-search]")?.focus(),
    ...Object.fromEntries(PAGES.map(({ to, key }) => [`g ${key}`, () => navigate({ to })])),
  });
  return (
    <TooltipProvider delayDuration={300}>
      <ConfirmProvider>
        <QuitProvider>
          <a
            href="#content"
            className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:bg-background focus:p-2"
          >
            {t("nav.skip")}
          </a>
          <div className="flex min-h-screen">
            <Sidebar />
            <div className="flex min-w-0 flex-1 flex-col">
              <Banners />
              <main id="content" tabIndex={-1} className="min-w-0 flex-1 outline-none">
                <Outlet />
              </main>
            </div>
          </div>
          <Palette
            isOpen={open === "palette"}
            onClose={() => setOpen(null)}
            onShortcuts={() => setOpen("shortcuts")}
          />
          <Shortcuts isOpen={open === "shortcuts"} onClose={() => setOpen(null)} />
          <Toaster />
        </QuitProvider>
      </ConfirmProvider>
    </TooltipProvider>
  );
}
