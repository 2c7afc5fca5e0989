import { zodResolver } from "@hookform/resolvers/zod";
import { useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useForm } from "react-hook-form";
import { $api } from "@/api";
import { showProblems } from "@/api/errors";
import { type Preferences, refresh } from "@/api/queries";
import { type PreferenceField, schemaOf, type Values, valuesOf } from "./fields";
import { useUnsaved } from "./unsaved";
import { useProblem } from "./use-problem";

/** The form of one section of preferences: only what was changed is sent, so that nobody else's change is undone. */
export function useSection(preferences: Preferences, fields: readonly PreferenceField[]) {
  const queries = useQueryClient();
  const problem = useProblem();
  const [trouble, setTrouble] = useState("");
  const [isSaved, setSaved] = useState(false);
  const values = useMemo(() => valuesOf(preferences, fields), [preferences, fields]);
  const form = useForm<Values>({
    values,
    resetOptions: { keepDirtyValues: true },
    resolver: zodResolver(schemaOf(fields, problem)) as never,
  });
  const { mutateAsync } = $api.useMutation("patch", "/api/preferences", { meta: { isShown: true } });
  const { dirtyFields, isDirty } = form.formState;
  useUnsaved(isDirty);
  const save = form.handleSubmit(async (read) => {
    setTrouble("");
    setSaved(false);
    const changed = Object.entries(read).filter(([name]) => dirtyFields[name]);
    try {
      const saved = await mutateAsync({ body: Object.fromEntries(changed) });
      queries.setQueryData(["get", "/api/preferences"], saved);
      form.reset(valuesOf(saved, fields));
      setSaved(true);
      refresh(queries, "/api/preferences");
    } catch (error) {
      setTrouble(showProblems(error, Object.keys(values), form.setError));
    }
  });
  const discard = () => {
    form.reset();
    setTrouble("");
    setSaved(false);
  };
  return { form, save, discard, trouble, isSaved: isSaved && !isDirty };
}
