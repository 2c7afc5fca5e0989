import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Input } from "@/components/ui/input";
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from "@/components/ui/select";
import { ToggleGroup, ToggleGroupItem } from "@/components/ui/toggle-group";
import type { UsageSearch } from "@/routes/usage";
import { GROUPINGS, type Grouping, UNITS, type Unit } from "./groups";
import { RANGES, type Range, type RangeName } from "./range";

/** Range, grouping and unit; all of it is in the URL. */
export function Toolbar({ range, by, unit }: { range: Range; by: Grouping; unit: Unit }) {
  const { t } = useTranslation("usage");
  const change = useChange();
  const chooseRange = (name: RangeName) =>
    change(
      name === "custom"
        ? { range: name, since: range.since, until: range.until }
        : { range: name, since: undefined, until: undefined },
    );
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
      <ToggleGroup
        type="single"
        aria-label={t("range.label")}
        value={range.name}
        onValueChange={(name) => name && chooseRange(name as RangeName)}
      >
        {RANGES.map((name) => (
          <ToggleGroupItem key={name} value={name}>
            {t(`range.${name}`)}
          </ToggleGroupItem>
        ))}
      </ToggleGroup>
      {range.name === "custom" && <Days range={range} />}
      <Select value={by} onValueChange={(value) => change({ by: value })}>
        <SelectTrigger aria-label={t("by.label")}>
          <SelectValue />
        </SelectTrigger>
        <SelectContent>
          {GROUPINGS.map((each) => (
            <SelectItem key={each} value={each}>
              {t(`by.${each}`)}
            </SelectItem>
          ))}
        </SelectContent>
      </Select>
      <ToggleGroup
        type="single"
        aria-label={t("unit.label")}
        value={unit}
        onValueChange={(value) => value && change({ unit: value })}
      >
        {UNITS.map((each) => (
          <ToggleGroupItem key={each} value={each}>
            {t(`unit.${each}`)}
          </ToggleGroupItem>
        ))}
      </ToggleGroup>
    </div>
  );
}

function Days({ range }: { range: Range }) {
  const { t } = useTranslation("usage");
  const change = useChange();
  return (
    <div className="flex items-center gap-2">
      {(["since", "until"] as const).map((name) => (
        <Input
          key={name}
          type="date"
          className="w-36"
          aria-label={t(`range.${name}`)}
          value={range[name]}
          onChange={(event) =>
            event.target.value &&
            change({ since: range.since, until: range.until, [name]: event.target.value })
          }
        />
      ))}
    </div>
  );
}

/** Changes the URL's search; each change is a step back in the browser. */
export function useChange(): (change: Partial<UsageSearch>) => void {
  const navigate = useNavigate({ from: "/usage" });
  return (change) => void navigate({ search: (before) => ({ ...before, ...change }), resetScroll: false });
}
