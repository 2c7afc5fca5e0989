import { LoaderCircleIcon } from "lucide-react";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import type { Channel, Provider } from "@/api/queries";
import { Field } from "@/components/field";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { DialogFooter } from "@/components/ui/dialog";
import { Input } from "@/components/ui/input";
import { Textarea } from "@/components/ui/textarea";
import { draftOf } from "@/features/home/first-run/drafts";
import type { PastedChannel } from "@/lib/paste";
import { ProviderLinks } from "../drawer/overview";
import { wordsOf } from "../fields";
import { ProviderTile } from "../provider-tile";
import { useProviderName } from "../use-channels";
import { useCreate, useTakenNames } from "./use-create";

interface Typed {
  name: string;
  api_keys: string;
  base_url: string;
}

interface Props {
  provider: Provider;
  pasted?: PastedChannel;
  onMade: (channel: Channel) => void;
}

const NOTHING: PastedChannel = { providers: [], baseUrl: "", apiKeys: [], models: [], name: "" };

/** The little that a provider's channel needs: a name, a key, and an address where it has none of its own. */
export function DraftForm({ provider, pasted = NOTHING, onMade }: Props) {
  const { t } = useTranslation("channels");
  const nameOf = useProviderName();
  const draft = draftOf(pasted, { id: provider.id, name: nameOf(provider) }, useTakenNames());
  const form = useForm<Typed>({
    defaultValues: { name: draft.name, api_keys: pasted.apiKeys.join("\n"), base_url: pasted.baseUrl },
  });
  const { create, isPending, trouble } = useCreate<Typed>(["name", "api_keys", "base_url"], form.setError);
  const { errors } = form.formState;
  const wantsAddress = provider.needs_base_url || provider.local || pasted.baseUrl !== "";
  const submit = form.handleSubmit(async (typed) => {
    const made = await create({
      provider: provider.id,
      name: typed.name,
      base_url: typed.base_url,
      api_keys: wordsOf(typed.api_keys),
      models: draft.models,
    });
    if (made) onMade(made);
  });
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <div className="flex items-center gap-3">
        <ProviderTile name={provider.name} />
        <p className="min-w-0 flex-1 truncate font-medium">{nameOf(provider)}</p>
        <ProviderLinks provider={provider} />
      </div>
      {provider.unverified.length > 0 && (
        <p className="text-muted-foreground text-xs">
          {t("add.unverified", { fields: provider.unverified.join(", ") })}
        </p>
      )}
      <Field label={t("fields.name")} error={errors.name?.message}>
        <Input
          {...form.register("name", { required: t("fields.needsName") })}
          maxLength={100}
          autoComplete="off"
        />
      </Field>
      <Field
        label={t("fields.api_keys")}
        hint={provider.local ? t("fields.api_keysLocal") : t("keys.addHint")}
        error={errors.api_keys?.message}
      >
        <Textarea
          {...form.register("api_keys")}
          rows={2}
          spellCheck={false}
          autoComplete="off"
          className="font-mono text-xs"
        />
      </Field>
      {wantsAddress && (
        <Field label={t("fields.base_url")} hint={t("fields.base_urlHint")} error={errors.base_url?.message}>
          <Input
            {...form.register("base_url")}
            placeholder={provider.base_url || "https://relay.example/v1"}
            spellCheck={false}
            autoComplete="off"
            className="font-mono text-xs"
          />
        </Field>
      )}
      {errors.base_url && !wantsAddress && <Alert variant="bad">{errors.base_url.message}</Alert>}
      {trouble && <Alert variant="bad">{trouble}</Alert>}
      <DialogFooter>
        <Button type="submit" disabled={isPending}>
          {isPending && <LoaderCircleIcon className="animate-spin" />} {t("add.create")}
        </Button>
      </DialogFooter>
    </form>
  );
}
