import { zodResolver } from "@hookform/resolvers/zod";
import { useQueryClient } from "@tanstack/react-query";
import { Controller, useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { z } from "zod";
import { $api } from "@/api";
import { showProblems } from "@/api/errors";
import { refresh, useModels } from "@/api/queries";
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
import type { Alias } from "./aliases";
import { STRATEGIES } from "./strategies";
import { StrategyChoice } from "./strategy-choice";
import { Targets } from "./targets";

interface Props {
  /** The one that is edited; none: a new one. */
  alias: Alias | undefined;
  onClose: () => void;
}

export function AliasDialog({ alias, onClose }: Props) {
  const { t } = useTranslation("models");
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent>
        <DialogHeader>
          <DialogTitle>{alias ? t("alias.edit", { name: alias.name }) : t("alias.add")}</DialogTitle>
          <DialogDescription>{t("alias.why")}</DialogDescription>
        </DialogHeader>
        <Form alias={alias} onClose={onClose} />
      </DialogContent>
    </Dialog>
  );
}

const FIELDS = ["name", "models", "strategy"] as const;

function Form({ alias, onClose }: Props) {
  const { t } = useTranslation("models");
  const { t: common } = useTranslation();
  const { data: models = [] } = useModels();
  const schema = z.object({
    name: z.string().trim().min(1, t("alias.problem.name")).max(200, t("alias.problem.long")),
    models: z.array(z.string()).min(1, t("alias.problem.models")),
    strategy: z.enum(STRATEGIES),
  });
  const form = useForm({ resolver: zodResolver(schema), defaultValues: schemaValues(alias) });
  const { control, register, handleSubmit, formState, setError, watch } = form;
  const saving = useSaving(alias, onClose, (error) => {
    const rest = showProblems(named(error), FIELDS, setError);
    if (rest) setError("root", { message: rest });
  });
  const [name, targets] = watch(["name", "models"]);
  const isModel = models.some((each) => each.name === name.trim() && !each.alias_of.length);
  return (
    <form className="flex flex-col gap-4" onSubmit={handleSubmit((given) => saving.save(given))}>
      <Field
        label={t("alias.name")}
        hint={isModel ? t("alias.shadowed") : t("alias.nameHint")}
        error={formState.errors.name?.message}
      >
        <Input autoComplete="off" {...register("name")} />
      </Field>
      <Controller
        control={control}
        name="models"
        render={({ field }) => (
          <Targets
            targets={field.value}
            own={name.trim()}
            onChange={field.onChange}
            error={formState.errors.models?.message}
          />
        )}
      />
      <Controller
        control={control}
        name="strategy"
        render={({ field }) => (
          <StrategyChoice value={field.value} onChange={field.onChange} isAlone={targets.length < 2} />
        )}
      />
      {formState.errors.root?.message && <Trouble error={new Error(formState.errors.root.message)} />}
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

type Given = Pick<Alias, "name" | "models"> & { strategy: (typeof STRATEGIES)[number] };

function schemaValues(alias: Alias | undefined): Given {
  const strategy = STRATEGIES.find((each) => each === alias?.strategy) ?? "priority";
  return { name: alias?.name ?? "", models: alias?.models ?? [], strategy };
}

/** The database calls an alias's models its targets. */
function named(error: unknown): unknown {
  const fields = (error as { fields?: Record<string, string[]> } | undefined)?.fields;
  if (!fields?.targets) return error;
  const { targets, ...others } = fields;
  return { ...(error as object), fields: { ...others, models: targets } };
}

function useSaving(alias: Alias | undefined, onClose: () => void, onError: (error: unknown) => void) {
  const queries = useQueryClient();
  const options = {
    meta: { isShown: true },
    onError,
    onSuccess: () => {
      refresh(queries, "/api/aliases", "/api/models");
      onClose();
    },
  };
  const create = $api.useMutation("post", "/api/aliases", options);
  const patch = $api.useMutation("patch", "/api/aliases/{alias_id}", options);
  return {
    isPending: create.isPending || patch.isPending,
    save: (body: Given) =>
      alias ? patch.mutate({ params: { path: { alias_id: alias.id } }, body }) : create.mutate({ body }),
  };
}
