import { useTranslation } from "react-i18next";
import type { Provider } from "@/api/queries";
import { Alert } from "@/components/ui/alert";
import { destinationOf, isPrivate, type Pasted } from "@/lib/paste";

/** What is to be known of a link before anything is made of it: who wrote it may be a stranger. Nothing of other pastes. */
export function LinkRemarks({ pasted, providers }: { pasted: Pasted; providers: Provider[] }) {
  const { t } = useTranslation();
  if (pasted.kind === "refused") return <Alert variant="bad">{t(`link.refused.${pasted.why}`)}</Alert>;
  const [channel] = pasted.channels;
  if (pasted.kind !== "link" || !channel) return null;
  const host = destinationOf(channel, providers);
  return (
    <Alert variant="warn" className="flex-col gap-1">
      <p>{t("link.stranger")}</p>
      {host && <p className="break-all font-medium">{t("link.host", { host })}</p>}
      {host && isPrivate(host) && <p>{t("link.private")}</p>}
    </Alert>
  );
}
