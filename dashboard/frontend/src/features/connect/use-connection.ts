import { useNavigate } from "@tanstack/react-router";
import { $api } from "@/api";
import { useKeys, useMasterKey, useModels } from "@/api/queries";
import { useBaseUrl } from "@/lib/base-url";
import { maskKey } from "@/lib/mask";
import { likelyModel } from "./choices";
import type { Values } from "./snippets";

export interface Connection {
  /** What is copied. */
  values: Values;
  /** What is shown: the key is masked. */
  shown: Values;
  /** The key's id; undefined: the master key. */
  keyId: number | undefined;
  /** Its name, where it is an app's own. */
  ownKey: string | undefined;
}

/** Address, key and model for an app's steps; null until they are known. `keyId` and `model`: what the owner chose. */
export function useConnection(keyId: number | undefined, model: string | undefined) {
  const base = useBaseUrl();
  const keys = useKeys();
  const models = useModels();
  const master = useMasterKey();
  const isOwn = keys.data?.some(({ id, is_master }) => id === keyId && !is_master) ?? false;
  const own = $api.useQuery(
    "get",
    "/api/keys/{key_id}",
    { params: { path: { key_id: keyId ?? 0 } } },
    { enabled: isOwn },
  );
  const key = isOwn ? own.data : master.data;
  const error = keys.error ?? models.error ?? (isOwn ? own.error : master.error);
  const known = key && models.data && { base, key: key.key, model: model ?? likelyModel(models.data) };
  const connection: Connection | null = known
    ? {
        values: known,
        shown: { ...known, key: maskKey(known.key) },
        keyId: isOwn ? keyId : undefined,
        ownKey: isOwn ? key.name : undefined,
      }
    : null;
  return {
    connection,
    error,
    retry: () => Promise.all([keys.refetch(), models.refetch(), master.refetch()]),
  };
}

/** Choose by the address: what is chosen survives a reload, and can be linked to. */
export function useChoose() {
  const navigate = useNavigate({ from: "/connect" });
  return (change: { client?: string; key?: number; model?: string; as?: string }) =>
    navigate({ search: (before) => ({ ...before, ...change }), replace: !("client" in change) });
}
