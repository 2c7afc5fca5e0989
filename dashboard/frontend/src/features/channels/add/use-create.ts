import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { FieldValues, Path, UseFormSetError } from "react-hook-form";
import { $api, type Schemas } from "@/api";
import { showProblems } from "@/api/errors";
import { type Channel, refresh, useChannels } from "@/api/queries";

/** Makes a channel; what the server refuses stands at its field, the rest in `trouble`. */
export function useCreate<T extends FieldValues>(names: Path<T>[], setError: UseFormSetError<T>) {
  const queries = useQueryClient();
  const [trouble, setTrouble] = useState("");
  const { mutateAsync, isPending } = $api.useMutation("post", "/api/channels", {
    meta: { isShown: true },
    onSettled: () => refresh(queries, "/api/channels", "/api/models", "/api/status"),
  });
  const create = async (body: Schemas["ChannelIn"]): Promise<Channel | undefined> => {
    setTrouble("");
    try {
      return await mutateAsync({ body });
    } catch (error) {
      setTrouble(showProblems(error, names, setError));
      return undefined;
    }
  };
  return { create, isPending, trouble };
}

/** The names that channels have already: no two have the same. */
export function useTakenNames(): string[] {
  const { data = [] } = useChannels();
  return data.map(({ name }) => name);
}
