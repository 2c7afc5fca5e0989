import { useNavigate, useSearch } from "@tanstack/react-router";
import { FlaskConicalIcon, PlusIcon } from "lucide-react";
import { lazy, Suspense, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Channel, useChannels } from "@/api/queries";
import { Page } from "@/components/page";
import { Trouble } from "@/components/trouble";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { Skeleton } from "@/components/ui/skeleton";
import { useLink } from "./add/use-link";
import { ChannelList } from "./channel-list";
import { NoChannel, NothingFound } from "./empty";
import { TestAll } from "./testing/test-all";

// Forms are large, and most visits only look.
const AddDialog = lazy(() => import("./add").then((module) => ({ default: module.AddDialog })));
const ChannelDrawer = lazy(() => import("./drawer").then((module) => ({ default: module.ChannelDrawer })));

/** The owner's channels: in the order they are tried, how they fare, and everything that can be done to them. */
export function ChannelsPage() {
  const { t } = useTranslation("channels");
  const { q = "", id, tab, model, add } = useSearch({ from: "/channels" });
  const navigate = useNavigate({ from: "/channels" });
  const { data: channels, error, refetch, dataUpdatedAt, isFetching } = useChannels();
  const opened = channels?.find((channel) => channel.id === id);
  const [isTesting, setTesting] = useState(false);
  const search = (query: string) => navigate({ search: { q: query || undefined }, replace: true });
  const openAdd = () => navigate({ search: { q: q || undefined, add: true } });
  const close = () => navigate({ search: { q: q || undefined } });
  const link = useLink();
  return (
    <Page
      title={t("title")}
      hint={t("hint")}
      actions={
        channels?.length ? (
          <Actions query={q} onSearch={search} onTest={() => setTesting(true)} onAdd={openAdd} />
        ) : undefined
      }
    >
      {error && <Trouble error={error} retry={refetch} />}
      {!channels && !error && <Loading />}
      {channels?.length === 0 && <NoChannel onAdd={openAdd} />}
      {channels && channels.length > 0 && (
        <>
          <ChannelList
            channels={channels}
            readAt={dataUpdatedAt}
            isShown={(channel) => isFound(channel, q)}
          />
          {!channels.some((channel) => isFound(channel, q)) && (
            <NothingFound query={q} onClear={() => search("")} />
          )}
        </>
      )}
      <Suspense>
        {channels && id !== undefined && (opened || !isFetching) && (
          <ChannelDrawer channel={opened} readAt={dataUpdatedAt} tab={tab ?? "overview"} model={model} />
        )}
        {add && <AddDialog key={link} link={link} onClose={close} />}
      </Suspense>
      {isTesting && channels && <TestAll channels={channels} onClose={() => setTesting(false)} />}
    </Page>
  );
}

interface ActionsProps {
  query: string;
  onSearch: (query: string) => void;
  onTest: () => void;
  onAdd: () => void;
}

/** What is typed stays in the field, Chinese that is being composed too; only clearing comes from elsewhere. */
function Actions({ query, onSearch, onTest, onAdd }: ActionsProps) {
  const { t } = useTranslation("channels");
  const [text, setText] = useState(query);
  useEffect(() => {
    if (!query) setText("");
  }, [query]);
  return (
    <>
      <Input
        data-search
        type="search"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          onSearch(event.target.value);
        }}
        placeholder={t("search")}
        aria-label={t("search")}
        className="w-64"
      />
      <Button variant="outline" onClick={onTest}>
        <FlaskConicalIcon /> {t("actions.testAll")}
      </Button>
      <Button onClick={onAdd}>
        <PlusIcon /> {t("actions.add")}
      </Button>
    </>
  );
}

function Loading() {
  return (
    <div className="flex flex-col gap-2">
      {[1, 2, 3, 4].map((row) => (
        <Skeleton key={row} className="h-14" />
      ))}
    </div>
  );
}

function isFound(channel: Channel, query: string): boolean {
  const text = `${channel.name} ${channel.provider} ${channel.models.map((model) => model.name).join(" ")}`;
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.toLowerCase().includes(word));
}
