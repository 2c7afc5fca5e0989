import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { type Filters, withoutFilters } from "../filters";
import { useNames } from "../use-records";
import { Facet } from "./facet";
import { MoreChips, MoreFilters } from "./more";
import { useOptions } from "./options";
import { Saved } from "./saved";
import { SearchBox } from "./search-box";
import { TimeFilter } from "./time";

export type Change = (filters: Filters) => void;

const STATUSES = ["ok", "error", "left", "4xx", "5xx", "429"] as const;

/** All filters; each stands in the address, so that a filtered log can be bookmarked. */
export function FilterBar({ filters, onChange }: { filters: Filters; onChange: Change }) {
  const { t } = useTranslation("log");
  const isFiltered = Object.keys(filters).length > 0;
  return (
    <search className="flex flex-wrap items-center gap-1.5">
      <SearchBox value={filters.text ?? ""} onChange={(text) => onChange({ text: text || undefined })} />
      <SeenFacets filters={filters} onChange={onChange} />
      <Facet
        name={t("filter.status")}
        value={filters.status}
        options={STATUSES.map((value) => ({ value, label: t(`filter.statuses.${value}`) }))}
        onChange={(status) => onChange({ status })}
      />
      <TimeFilter filters={filters} onChange={onChange} />
      <MoreChips filters={filters} onChange={onChange} />
      <MoreFilters filters={filters} onChange={onChange} />
      <Saved filters={filters} onChange={onChange} />
      {isFiltered && (
        <Button size="sm" variant="ghost" onClick={() => onChange(withoutFilters({}))}>
          {t("filter.clear")}
        </Button>
      )}
    </search>
  );
}

/** Those whose values are what was seen. */
function SeenFacets({ filters, onChange }: { filters: Filters; onChange: Change }) {
  const { t } = useTranslation("log");
  const names = useNames();
  const apps = useOptions("app");
  const models = useOptions("model");
  const channels = useOptions("channel");
  const keys = useOptions("key");
  const id = (value: string | undefined) => (value === undefined ? undefined : Number(value));
  return (
    <>
      <Facet
        name={t("filter.app")}
        value={filters.app}
        options={apps.options}
        onOpen={apps.ask}
        onChange={(app) => onChange({ app })}
      />
      <Facet
        name={t("filter.model")}
        value={filters.model}
        options={models.options}
        onOpen={models.ask}
        onChange={(model) => onChange({ model })}
      />
      {filters.sent !== undefined && (
        <Facet
          name={t("filter.sent")}
          value={filters.sent}
          options={models.options}
          onOpen={models.ask}
          onChange={(sent) => onChange({ sent })}
        />
      )}
      <Facet
        name={t("filter.channel")}
        value={filters.channel?.toString()}
        shown={filters.channel === undefined ? undefined : names.channel(filters.channel)}
        options={channels.options}
        onOpen={channels.ask}
        onChange={(value) => onChange({ channel: id(value) })}
      />
      <Facet
        name={t("filter.key")}
        value={filters.key?.toString()}
        shown={filters.key === undefined ? undefined : names.key(filters.key)}
        options={keys.options}
        onOpen={keys.ask}
        onChange={(value) => onChange({ key: id(value) })}
      />
    </>
  );
}
