import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { $api } from "@/api";
import { showProblems } from "@/api/errors";
import { refresh } from "@/api/queries";
import { Field } from "@/components/field";
import { Trouble } from "@/components/trouble";
import { Button } from "@/components/ui/button";
import {
  Dialog,
  DialogContent,
  DialogDescription,
  DialogFooter,
  DialogHeader,
  DialogTitle,
} from "@/components/ui/dialog";
import { Input } from "@/components/ui/input";
import { Skeleton } from "@/components/ui/skeleton";
import type { Candidate } from "./facts";
import { PRICES, savePrices, type TypedPrices, typed, typedPrices } from "./prices";

interface Props {
  candidate: Candidate;
  onClose: () => void;
}

/** What a model costs at a channel, where the list does not know it or is not right. */
export function PriceDialog({ candidate, onClose }: Props) {
  const { t } = useTranslation("models");
  const path = { channel_id: candidate.channel_id };
  const { data, error, refetch } = $api.useQuery("get", "/api/channels/{channel_id}", { params: { path } });
  const now = data?.models.find((each) => each.name === candidate.model);
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent>
        <DialogHeader>
          <DialogTitle>
            {t("price.title", { model: candidate.upstream, channel: candidate.channel })}
          </DialogTitle>
          <DialogDescription>{t("price.text")}</DialogDescription>
        </DialogHeader>
        {error && <Trouble error={error} retry={refetch} />}
        {!data && !error && <Skeleton className="h-40" />}
        {data && <Form candidate={candidate} now={typed(now)} onClose={onClose} />}
      </DialogContent>
    </Dialog>
  );
}

function Form({ candidate, now, onClose }: Props & { now: TypedPrices }) {
  const { t } = useTranslation("models");
  const { t: common } = useTranslation();
  const queries = useQueryClient();
  const { register, handleSubmit, formState, setError } = useForm({
    resolver: zodResolver(typedPrices),
    defaultValues: now,
  });
  const saving = useMutation({
    meta: { isShown: true },
    mutationFn: (given: TypedPrices) => savePrices(candidate, given),
    onSuccess: () => {
      refresh(queries, "/api/channels", "/api/models", "/api/channels/{channel_id}");
      toast.success(common("saved"));
      onClose();
    },
    onError: (error) => setError("root", { message: showProblems(error, PRICES, setError) }),
  });
  const { errors } = formState;
  const problem = (code: string | undefined) =>
    code === "number" || code === "both" ? t(`price.problem.${code}`) : code;
  return (
    <form className="flex flex-col gap-4" onSubmit={handleSubmit((given) => saving.mutate(given))}>
      <div className="grid grid-cols-2 gap-4">
        {PRICES.map((name) => (
          <Field key={name} label={t(`price.${name}`)} error={problem(errors[name]?.message)}>
            <Input
              inputMode="decimal"
              placeholder={t(candidate.price.source ? "price.listed" : "price.unknown")}
              {...register(name)}
            />
          </Field>
        ))}
      </div>
      {errors.root?.message && <Trouble error={new Error(errors.root.message)} />}
      <DialogFooter>
        <Button variant="outline" onClick={onClose}>
          {common("cancel")}
        </Button>
        <Button type="submit" disabled={saving.isPending}>
          {common("save")}
        </Button>
      </DialogFooter>
    </form>
  );
}
