import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { $api } from "@/api";
import { type Channel, refresh } from "@/api/queries";
import { Button } from "@/components/ui/button";
import { useChange, useProvider } from "../use-channels";
import { helpFor } from "./help";
import type { Stage } from "./round";

const TABS = {
  replaceKey: "keys",
  address: "overview",
  proxy: "limits",
  models: "models",
  overrides: "advanced",
  engine: "engine",
} as const;

/** The one button that helps against what a test found. `again` tests anew, after what it did. */
export function HelpButton({ stage, channel, again }: { stage: Stage; channel: Channel; again: () => void }) {
  const { t } = useTranslation("channels");
  const queries = useQueryClient();
  const provider = useProvider(channel.provider);
  const { changed } = useChange(channel.id);
  const { mutateAsync: prefer } = $api.useMutation("patch", "/api/preferences", {
    onSettled: () => refresh(queries, "/api/preferences"),
  });
  const help = helpFor(stage.code, { channel, provider });
  if (!help) return null;
  const words = t(`test.help.${help.kind}`);
  const button = (act: () => void) => (
    <Button size="sm" variant="outline" onClick={act}>
      {words}
    </Button>
  );
  const then = (done: Promise<unknown>) => void done.then(again, () => undefined);
  switch (help.kind) {
    case "billing":
      return (
        <Button asChild size="sm" variant="outline">
          <a href={help.url} target="_blank" rel="noreferrer">
            {words}
          </a>
        </Button>
      );
    case "addV1":
      return button(() => then(changed({ base_url: help.baseUrl })));
    case "goOnline":
      return button(() => then(prefer({ body: { offline: false } })));
    case "again":
      return button(again);
    default:
      return (
        <Button asChild size="sm" variant="outline">
          <Link to="/channels" search={{ id: channel.id, tab: TABS[help.kind] }}>
            {words}
          </Link>
        </Button>
      );
  }
}
