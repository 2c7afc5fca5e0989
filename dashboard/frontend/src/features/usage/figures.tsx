import { useTranslation } from "react-i18next";
import { useKeys, useModels } from "@/api/queries";
import { Button } from "@/components/ui/button";
import { useFormat } from "@/lib/format";
import { useByChannel, useMonth, useWaste } from "./data";
import { Figure } from "./figure";
import { forecast, lastDayOf, monthLimit } from "./forecast";
import type { Filter, Sums } from "./groups";
import { dayOf, type Range } from "./range";
import { cachedShare, savedByCache } from "./savings";
import { SpendBar } from "./spend-bar";
import { useChange } from "./toolbar";

/** What it cost, and what was saved and lost. */
export function Figures({ range, filter, total }: { range: Range; filter: Filter; total: Sums }) {
  return (
    <div className="grid grid-cols-2 gap-4 xl:grid-cols-4">
      <Spend filter={filter} total={total} />
      <Cache range={range} filter={filter} total={total} />
      <Local total={total} />
      <Wasted range={range} filter={filter} />
    </div>
  );
}

function Spend({ filter, total }: { filter: Filter; total: Sums }) {
  const { t } = useTranslation("usage");
  const format = useFormat();
  const { data } = useMonth(filter);
  const { data: keys = [] } = useKeys();
  const today = dayOf(new Date());
  const month = data && forecast(data.rows as { day: string; cost_usd: number }[], today);
  const isFiltered = Object.values(filter).some((value) => value !== undefined);
  return (
    <Figure
      title={t("spend.title")}
      value={format.money(total.cost_usd)}
      hint={t("spend.hint", {
        count: total.requests,
        requests: format.count(total.requests, true),
        tokens: format.count(total.input_tokens + total.output_tokens, true),
      })}
    >
      {month && (
        <SpendBar
          {...month}
          limit={isFiltered ? null : monthLimit(keys)}
          lastDay={format.day(lastDayOf(today))}
        />
      )}
    </Figure>
  );
}

function Cache({ range, filter, total }: { range: Range; filter: Filter; total: Sums }) {
  const { t } = useTranslation("usage");
  const format = useFormat();
  const { data: rows } = useByChannel(range, filter);
  const { data: models } = useModels();
  const saved = rows && models ? savedByCache(rows.rows, models) : null;
  const share = format.share(cachedShare(total));
  return (
    <Figure
      title={t("cache.title")}
      value={saved === null ? share : t("about", { value: format.money(saved) })}
      hint={total.cached_tokens ? t("cache.hint", { share }) : t("cache.none")}
    >
      {saved !== null && <p className="text-muted-foreground text-xs">{t("cache.how")}</p>}
    </Figure>
  );
}

function Local({ total }: { total: Sums }) {
  const { t } = useTranslation("usage");
  const format = useFormat();
  return (
    <Figure
      title={t("local.title")}
      value={format.money(total.cloud_usd)}
      hint={total.cloud_usd ? t("local.hint") : t("local.none")}
    />
  );
}

function Wasted({ range, filter }: { range: Range; filter: Filter }) {
  const { t } = useTranslation("usage");
  const format = useFormat();
  const change = useChange();
  const { data } = useWaste(range, filter);
  const total = data?.total;
  const lost = (total?.calls ?? 0) + (total?.attempts ?? 0);
  return (
    <Figure
      title={t("waste.title")}
      value={total ? format.money(total.cost_usd ?? 0) : "…"}
      hint={
        total && lost
          ? t("waste.hint", {
              calls: t("waste.calls", { count: total.calls, calls: format.count(total.calls) }),
              attempts: t("waste.attempts", {
                count: total.attempts,
                attempts: format.count(total.attempts),
              }),
              time: format.duration(total.ms),
            })
          : t("waste.none")
      }
    >
      {lost > 0 && (
        <Button variant="outline" size="sm" className="w-fit" onClick={() => change({ waste: true })}>
          {t("waste.open")}
        </Button>
      )}
    </Figure>
  );
}
