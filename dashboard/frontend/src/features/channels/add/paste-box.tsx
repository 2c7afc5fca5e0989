import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Provider } from "@/api/queries";
import { Field } from "@/components/field";
import { LinkRemarks } from "@/components/link-remarks";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Textarea } from "@/components/ui/textarea";
import { PastedChannels } from "@/features/home/first-run/pasted-channels";
import { maskKey } from "@/lib/mask";
import { type PastedChannel, recognise } from "@/lib/paste";
import { ProviderTile } from "../provider-tile";
import { useProviderName } from "../use-channels";

interface Props {
  /** What stands in it at first. */
  link: string;
  providers: Provider[];
  onProvider: (provider: Provider, pasted: PastedChannel) => void;
  onManyMade: () => void;
}

/** A key, a curl command, a .env block, a deep link, One-API's JSON: whatever is at hand. */
export function PasteBox({ link, providers, onProvider, onManyMade }: Props) {
  const { t } = useTranslation("channels");
  const [text, setText] = useState(link);
  // Nothing is said before the providers are there: a link may name one of them.
  const pasted = recognise(providers.length ? text : "", providers);
  const [only, ...others] = pasted.channels;
  return (
    <div className="flex flex-col gap-3">
      <Field label={t("add.paste")} hint={t("add.pasteHint")}>
        <Textarea
          autoFocus
          value={text}
          onChange={(event) => setText(event.target.value)}
          rows={2}
          spellCheck={false}
          autoComplete="off"
          className="max-h-40 font-mono text-xs"
          placeholder="sk-…"
        />
      </Field>
      {pasted.kind === "own-key" && <Alert variant="warn">{t("add.ownKey")}</Alert>}
      {pasted.kind === "unknown" && <Alert variant="warn">{t("add.unknown")}</Alert>}
      <LinkRemarks pasted={pasted} providers={providers} />
      {only && !others.length && <One pasted={only} providers={providers} onProvider={onProvider} />}
      {others.length > 0 && (
        <PastedChannels key={text} channels={pasted.channels} providers={providers} onAdded={onManyMade} />
      )}
    </div>
  );
}

/** Whose it is, where that is sure; else the owner says: a key is never tried anywhere to find out. */
function One({
  pasted,
  providers,
  onProvider,
}: Omit<Props, "link" | "onManyMade"> & { pasted: PastedChannel }) {
  const { t } = useTranslation("channels");
  const nameOf = useProviderName();
  const likely = pasted.providers.flatMap((id) => providers.find((provider) => provider.id === id) ?? []);
  const question = (count: number) => {
    if (count === 1) return t("add.recognised");
    return count ? t("add.whichOf", { count }) : t("add.whose");
  };
  const told = [...pasted.apiKeys.slice(0, 3).map(maskKey), pasted.baseUrl].filter(Boolean).join(" · ");
  return (
    <div role="status" className="flex flex-col gap-2 rounded-lg border bg-card p-3">
      <p>
        {question(likely.length)}{" "}
        <span className="break-all font-mono text-muted-foreground text-xs">{told}</span>
      </p>
      <div className="flex flex-wrap gap-2">
        {likely.map((provider) => (
          <Button
            key={provider.id}
            variant={likely.length === 1 ? "default" : "outline"}
            onClick={() => onProvider(provider, pasted)}
          >
            <ProviderTile name={provider.name} className="-ml-1 size-5 border-0 text-foreground text-xs" />
            {provider.id === "custom" ? t("add.relay") : nameOf(provider)}
          </Button>
        ))}
      </div>
    </div>
  );
}
