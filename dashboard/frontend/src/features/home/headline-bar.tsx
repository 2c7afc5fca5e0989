import {
  CircleAlertIcon,
  CircleCheckIcon,
  CircleDashedIcon,
  LoaderCircleIcon,
  TriangleAlertIcon,
} from "lucide-react";
import { useTranslation } from "react-i18next";
import { useMasterKey } from "@/api/queries";
import { CopyButton } from "@/components/copy-button";
import { useBaseUrl } from "@/lib/base-url";
import { cn } from "@/lib/cn";
import { useFormat } from "@/lib/format";
import { maskKey } from "@/lib/mask";
import type { Headline } from "./headline";
import { useTroubleText } from "./trouble-text";

const LOOKS = {
  good: { icon: CircleCheckIcon, color: "text-ok" },
  problems: { icon: TriangleAlertIcon, color: "text-warn" },
  nothing: { icon: CircleAlertIcon, color: "text-bad" },
  disabled: { icon: CircleAlertIcon, color: "text-bad" },
  lost: { icon: CircleAlertIcon, color: "text-bad" },
  connecting: { icon: LoaderCircleIcon, color: "text-muted-foreground animate-spin" },
  empty: { icon: CircleDashedIcon, color: "text-muted-foreground" },
} as const;

/** How things stand in one sentence, and what apps need: address and key. */
export function HeadlineBar({ headline }: { headline: Headline }) {
  const text = useHeadlineText()(headline);
  const { icon: Icon, color } = LOOKS[headline.kind];
  return (
    <section className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 rounded-lg border bg-card px-4 py-2.5">
      <p role="status" className="flex min-w-0 flex-1 basis-80 items-start gap-2 font-medium">
        <Icon className={cn("mt-0.5 size-4 shrink-0", color)} aria-hidden />
        <span className="min-w-0 break-words">{text}</span>
      </p>
      <Credentials />
    </section>
  );
}

function useHeadlineText() {
  const { t } = useTranslation("home");
  const format = useFormat();
  const troubleText = useTroubleText();
  return (headline: Headline): string => {
    switch (headline.kind) {
      case "good":
        return t("headline.good", {
          count: headline.channels,
          healthy: format.count(headline.healthy),
          channels: format.count(headline.channels),
        });
      case "problems": {
        const [first] = headline.troubles;
        return t("headline.problems", {
          count: headline.troubles.length,
          first: first ? troubleText(first) : "",
        });
      }
      case "nothing":
        return headline.channels === 1 || headline.obstacle === "offline mode"
          ? t("headline.nothing", { reason: t(`obstacles.${headline.obstacle}`) })
          : t("headline.nothingOf", {
              count: headline.channels,
              reason: t(`obstacles.${headline.obstacle}`),
            });
      default:
        return t(`headline.${headline.kind}`);
    }
  };
}

function Credentials() {
  const { t } = useTranslation(["common", "home"]);
  const base = `${useBaseUrl()}/v1`;
  const { data: master } = useMasterKey();
  return (
    <ul className="flex flex-wrap items-center gap-x-4 gap-y-1 text-sm">
      <li className="flex items-center gap-1">
        <span className="sr-only">{t("home:baseUrl")}</span>
        <span className="font-mono text-xs">{base}</span>
        <CopyButton text={base} label={t("copy.url")} />
      </li>
      {master && (
        <li className="flex items-center gap-1">
          <span className="text-muted-foreground text-xs">{t("home:key")}</span>
          <span className="font-mono text-xs">{maskKey(master.key)}</span>
          <CopyButton text={master.key} label={t("copy.key")} />
        </li>
      )}
    </ul>
  );
}
