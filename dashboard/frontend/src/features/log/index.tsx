import { getRouteApi } from "@tanstack/react-router";
import { DownloadIcon, PauseIcon, PlayIcon } from "lucide-react";
import { useCallback, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import { Calls } from "./calls";
import { FilterBar } from "./filter/bar";
import { type Filters, filtersIn, queryOf } from "./filters";
import { Retention } from "./retention";

const route = getRouteApi("/log");

/** The log: what was called, live, and everything about each call. Filters and what is open stand in the address. */
export function LogPage() {
  const { t } = useTranslation("log");
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [isPaused, setPaused] = useState(false);
  const found = filtersIn(search);
  const key = queryOf(found);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the same filters, as long as the key is the same
  const filters = useMemo(() => found, [key]);
  const change = useCallback(
    (more: Filters) => void navigate({ search: (before) => ({ ...before, ...more }), replace: true }),
    [navigate],
  );
  const togglePause = useCallback(() => setPaused((before) => !before), []);
  return (
    <div className="flex h-dvh min-h-96 flex-col gap-3 p-5">
      <header className="flex min-h-8 flex-wrap items-center justify-between gap-3">
        <h1 className="font-semibold text-xl leading-tight">{t("title")}</h1>
        <div className="flex items-center gap-2">
          <Button variant="outline" aria-pressed={isPaused} onClick={togglePause} title={t("pauseKey")}>
            {isPaused ? <PlayIcon /> : <PauseIcon />}
            {t(isPaused ? "resume" : "pause")}
          </Button>
          <Export filters={filters} />
        </div>
      </header>
      <FilterBar filters={filters} onChange={change} />
      <Calls key={key} filters={filters} isPaused={isPaused} onPause={togglePause} onFilter={change} />
      <Retention />
    </div>
  );
}

/** Everything the filters are for, as a file that the server writes. */
function Export({ filters }: { filters: Filters }) {
  const { t } = useTranslation("log");
  const address = (format: string) => `/api/usage/export?${queryOf(filters)}&format=${format}`;
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button variant="outline">
          <DownloadIcon /> {t("export.title")}
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end">
        <DropdownMenuItem asChild>
          <a href={address("csv")} download="novapi-usage.csv">
            {t("export.csv")}
          </a>
        </DropdownMenuItem>
        <DropdownMenuItem asChild>
          <a href={address("jsonl")} download="novapi-usage.jsonl">
            {t("export.jsonl")}
          </a>
        </DropdownMenuItem>
      </DropdownMenuContent>
    </DropdownMenu>
  );
}
