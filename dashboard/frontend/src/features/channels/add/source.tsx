import { TerminalIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { type Channel, type Provider, useProviders } from "@/api/queries";
import { Trouble } from "@/components/trouble";
import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import type { PastedChannel } from "@/lib/paste";
import { FoundEngines } from "./found-engines";
import { PasteBox } from "./paste-box";
import { Gallery } from "./provider-gallery";

interface Props {
  link: string;
  onProvider: (provider: Provider, pasted?: PastedChannel) => void;
  onCommand: () => void;
  /** A channel that needs no more than a test. */
  onMade: (channel: Channel) => void;
  onManyMade: () => void;
}

/** Where answers come from: something pasted, an engine that runs, a provider from the list, or a command. */
export function Source({ link, onProvider, onCommand, onMade, onManyMade }: Props) {
  const { t } = useTranslation("channels");
  const { data: providers, error, refetch } = useProviders();
  return (
    <div className="flex flex-col gap-5">
      <PasteBox link={link} providers={providers ?? []} onProvider={onProvider} onManyMade={onManyMade} />
      <FoundEngines onMade={onMade} />
      <Button variant="outline" size="sm" className="-mt-2 self-start" onClick={onCommand}>
        <TerminalIcon /> {t("add.byCommand")}
      </Button>
      {error && <Trouble error={error} retry={refetch} />}
      {!providers && !error && <Skeleton className="h-48" />}
      {providers && <Gallery providers={providers} onChosen={(provider) => onProvider(provider)} />}
    </div>
  );
}
