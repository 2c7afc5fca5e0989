import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Provider } from "@/api/queries";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { ProviderTile } from "../provider-tile";
import { useProviderName } from "../use-channels";
import { grouped } from "./gallery";

/** Every provider that needs no address, found by its English and its Chinese name. */
export function Gallery({
  providers,
  onChosen,
}: {
  providers: Provider[];
  onChosen: (provider: Provider) => void;
}) {
  const { t } = useTranslation("channels");
  const [query, setQuery] = useState("");
  const groups = grouped(providers, query);
  const first = groups[0]?.providers[0];
  return (
    <section aria-label={t("gallery.title")} className="flex flex-col gap-3">
      <div className="flex items-center gap-3">
        <h3 className="flex-1 font-medium">{t("gallery.title")}</h3>
        <Input
          type="search"
          value={query}
          onChange={(event) => setQuery(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && !event.nativeEvent.isComposing && query && first) onChosen(first);
          }}
          placeholder={t("gallery.search")}
          aria-label={t("gallery.search")}
          className="w-56"
        />
      </div>
      {groups.map(({ name, providers: shown }) => (
        <div key={name} className="flex flex-col gap-1.5">
          <h4 className="text-muted-foreground text-xs">{t(`gallery.${name}`)}</h4>
          <ul className="grid grid-cols-2 gap-2 sm:grid-cols-3">
            {shown.map((provider) => (
              <li key={provider.id}>
                <Preset provider={provider} onChosen={onChosen} />
              </li>
            ))}
          </ul>
        </div>
      ))}
      {!groups.length && (
        <p role="status" className="flex items-center gap-3 text-muted-foreground">
          {t("gallery.none", { query })}
          <Button size="sm" variant="outline" onClick={() => setQuery("")}>
            {t("clear")}
          </Button>
        </p>
      )}
    </section>
  );
}

function Preset({ provider, onChosen }: { provider: Provider; onChosen: (provider: Provider) => void }) {
  const nameOf = useProviderName();
  const name = nameOf(provider);
  return (
    <button
      type="button"
      onClick={() => onChosen(provider)}
      title={name}
      className="flex w-full items-center gap-2 rounded-md border bg-card px-2 py-1.5 text-left hover:border-ring"
    >
      <ProviderTile name={provider.name} className="size-6 text-xs" />
      <span className="min-w-0 truncate">{name}</span>
    </button>
  );
}
