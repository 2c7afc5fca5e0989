import { zodResolver } from "@hookform/resolvers/zod";
import { useState } from "react";
import { type DefaultValues, type FieldValues, type Path, useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import type { z } from "zod";
import { showProblems } from "@/api/errors";
import type { Channel } from "@/api/queries";
import { type ChannelPatch, useChange } from "../use-channels";
import { useUnsaved } from "./unsaved";

interface Options<T extends FieldValues> {
  channel: Channel;
  schema: z.ZodType<T, T>;
  /** What is stored now, by the API's names: so that its refusals find their fields. */
  values: T;
  patchOf: (typed: T) => ChannelPatch;
}

/** A form over some of a channel's fields. What is being typed survives that the channel is read anew. */
export function useChannelForm<T extends FieldValues>({ channel, schema, values, patchOf }: Options<T>) {
  const { t } = useTranslation();
  const { changed, isPending } = useChange(channel.id, { isShown: true });
  const [trouble, setTrouble] = useState("");
  const form = useForm<T>({
    resolver: zodResolver(schema),
    defaultValues: values as DefaultValues<T>,
    values,
    resetOptions: { keepDirtyValues: true },
  });
  useUnsaved(form.formState.isDirty);
  const submit = form.handleSubmit(async (typed) => {
    setTrouble("");
    try {
      await changed(patchOf(typed));
      form.reset(typed);
      toast.success(t("saved"));
    } catch (error) {
      setTrouble(showProblems(error, Object.keys(values) as Path<T>[], form.setError));
    }
  });
  return { form, submit, trouble, isPending, discard: () => form.reset(values) };
}
