import { getRouteApi, Link } from "@tanstack/react-router";
import { BoxesIcon, SearchXIcon } from "lucide-react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Model } from "@/api/queries";
import { EmptyState } from "@/components/empty-state";
import { Button } from "@/components/ui/button";
import { useFormat } from "@/lib/format";
import { useChange } from "./change";
import { ChipBar } from "./chip-bar";
import { chipsOf, filtered, inOrder } from "./chips";
import { factsOf } from "./facts";
import { useFavourites } from "./favourites";
import { ModelTable } from "./model-table";
import { closest, find } from "./search";
import { SearchBox } from "./search-box";

const route = getRouteApi("/models");

/** All models, as far as they match what is searched for. */
export function Catalogue({ models }: { models: Model[] }) {
  const { q = "", chips: asked } = route.useSearch();
  const { locale } = useFormat();
  const favourites = useFavourites();
  const chips = chipsOf(asked);
  const all = useMemo(() => models.map(factsOf), [models]);
  const matching = useMemo(() => {
    const some = inOrder(filtered(all, chipsOf(asked), favourites), favourites, locale);
    const named = some.map((facts) => ({
      name: facts.model.name,
      words: [...facts.model.channels, ...facts.model.alias_of],
      facts,
    }));
    return find(named, q).map((each) => each.facts);
  }, [all, asked, favourites, locale, q]);
  return (
    <div className="flex flex-col gap-3">
      {models.every((model) => model.built_in) && <NoModels />}
      <SearchBox typed={q} />
      <ChipBar chips={chips} all={all} favourites={favourites} />
      {matching.length ? (
        <ModelTable facts={matching} />
      ) : (
        <NothingFound typed={q} names={models.map((model) => model.name)} />
      )}
    </div>
  );
}

function NoModels() {
  const { t } = useTranslation("models");
  return (
    <EmptyState
      icon={BoxesIcon}
      title={t("empty.title")}
      actions={
        <Button asChild>
          <Link to="/channels">{t("empty.open")}</Link>
        </Button>
      }
    />
  );
}

function NothingFound({ typed, names }: { typed: string; names: string[] }) {
  const { t } = useTranslation("models");
  const change = useChange();
  const meant = typed ? closest(names, typed) : null;
  return (
    <EmptyState
      icon={SearchXIcon}
      title={typed ? t("search.nothing", { typed }) : t("search.noneLeft")}
      actions={
        <>
          {meant && (
            <Button onClick={() => change({ q: meant, chips: undefined })}>
              {t("search.meant", { name: meant })}
            </Button>
          )}
          <Button variant="outline" onClick={() => change({ q: undefined, chips: undefined })}>
            {t("search.clear")}
          </Button>
        </>
      }
    />
  );
}
