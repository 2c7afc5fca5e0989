import { getRouteApi } from "@tanstack/react-router";
import { useEffect } from "react";
import { type Model, useModels, useStatus } from "@/api/queries";
import { readStored, store } from "@/lib/stored";
import { stop } from "./asking";
import { addressOf, namesOf } from "./columns";
import { addColumn, changeColumn, currentSession, removeColumn, takeModels, useSession } from "./session";

const ECHO = "novapi/echo"; // answers without any channel
const STORED = "novapi.playground.models";
const route = getRouteApi("/playground");

/** The columns' models, as the address names them, and how to change them. */
export function useColumns() {
  const { models: asked } = route.useSearch();
  const navigate = route.useNavigate();
  const { columns } = useSession();
  const { data: models, error, refetch } = useModels();
  const { data: status } = useStatus();
  const go = (names: readonly string[]) =>
    navigate({ search: { models: addressOf(names) || undefined }, replace: true });
  const first = models && status ? firstNames(models, status.channels > 0) : [];

  useEffect(() => {
    if (asked !== undefined) takeModels(namesOf(asked));
    else if (first.length) void go(first);
  });

  const follow = () => {
    const names = currentSession().columns.map((column) => column.model);
    store(STORED, addressOf(names));
    void go(names);
  };
  return {
    columns,
    error,
    retry: refetch,
    /** There is nothing that could be asked. */
    isEmpty: models !== undefined && status !== undefined && !columns.length && !first.length,
    choose: (id: number, model: string) => {
      changeColumn(id, (column) => ({ ...column, model }));
      follow();
    },
    /** Who could be added is known. */
    canAdd: models !== undefined,
    add: () => {
      addColumn(nextName(models ?? []));
      follow();
    },
    remove: (id: number) => {
      stop(id);
      removeColumn(id);
      follow();
    },
  };
}

/** Who is asked where the address says nothing: those of the last time, else the first that can chat. */
function firstNames(models: readonly Model[], hasChannels: boolean): string[] {
  const open = currentSession().columns.map((column) => column.model);
  if (open.length) return open;
  const known = new Set(models.map((model) => model.name));
  const last = namesOf(readStored(STORED) ?? "").filter((name) => known.has(name));
  if (last.length) return last;
  if (!hasChannels && known.has(ECHO)) return [ECHO];
  return models
    .filter((model) => model.chats && model.name !== ECHO)
    .slice(0, 1)
    .map((model) => model.name);
}

/** A model that no column has yet. */
function nextName(models: readonly Model[]): string {
  const taken = currentSession().columns.map((column) => column.model);
  const free = models.find((model) => model.chats && !taken.includes(model.name));
  return free?.name ?? taken.at(-1) ?? ECHO;
}
