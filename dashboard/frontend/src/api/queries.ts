/** What several pages read. A page's own queries stand beside it. */
import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { $api, type Schemas } from "./index";
import type { paths } from "./schema";

export type Channel = Schemas["ChannelOut"];
export type Engine = Schemas["EngineOut"];
export type ClientKey = Schemas["KeyOut"];
export type Model = Schemas["ModelOut"];
export type Preferences = Schemas["PreferencesOut"];
export type Provider = Schemas["ProviderOut"];
export type RecordRow = Schemas["RecordRow"];

export const useChannels = () => $api.useQuery("get", "/api/channels");
export const useProviders = () =>
  $api.useQuery("get", "/api/providers", {}, { staleTime: Number.POSITIVE_INFINITY });
export const useModels = () => $api.useQuery("get", "/api/models");
export const useKeys = () => $api.useQuery("get", "/api/keys");
export const useMasterKey = () => $api.useQuery("get", "/api/keys/master");
export const usePreferences = () => $api.useQuery("get", "/api/preferences");
export const useStatus = () => $api.useQuery("get", "/api/status");

/** Asks anew for everything under these paths that a page shows, and forgets the rest. */
export function refresh(queries: QueryClient, ...asked: (keyof paths)[]): void {
  for (const path of asked) askAnew(queries, ["get", path]);
}

/** The same for whatever the server tells. */
export const refreshAll = (queries: QueryClient) => askAnew(queries, ["get"]);

/** A first answer that is still under way may be older than what happened; the library would wait for it, and take it
 *  for new. */
function askAnew(queries: QueryClient, queryKey: string[]): void {
  void queries.cancelQueries({ queryKey, predicate: ({ state }) => state.data === undefined });
  void queries.invalidateQueries({ queryKey });
}

/** Changes Preferences, whose pages then show them as they are. */
export function usePreferencesChange() {
  const queries = useQueryClient();
  return $api.useMutation("patch", "/api/preferences", {
    onSettled: () => refresh(queries, "/api/preferences"),
  });
}
