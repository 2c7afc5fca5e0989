import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Page } from "@/components/page";
import { Trouble } from "@/components/trouble";
import { Skeleton } from "@/components/ui/skeleton";
import { Checklist, useFirstSteps } from "./checklist";
import { FirstRun } from "./first-run";
import { useSetup } from "./first-run/use-setup";
import { Flow } from "./flow";
import { HeadlineBar } from "./headline-bar";
import { Health } from "./health";
import { InFlight } from "./in-flight";
import { Tiles } from "./tiles";
import { TroubleList } from "./trouble-list";
import { useStanding } from "./use-home";

/** Is everything all right, and what does it cost me? */
export function HomePage() {
  const { t } = useTranslation("home");
  const setup = useSetup();
  if (setup.step)
    return (
      <Page title={t("title")}>
        <FirstRun setup={setup} step={setup.step} />
      </Page>
    );
  return (
    <Page title={t("title")}>
      <Standing />
    </Page>
  );
}

function Standing() {
  const { standing, error, channels, readAt } = useStanding();
  const firstSteps = useFirstSteps();
  const queries = useQueryClient();
  if (error) return <Trouble error={error} retry={() => queries.refetchQueries({ type: "active" })} />;
  if (!standing || !channels) return <Skeleton className="h-96" />;
  return (
    <>
      <HeadlineBar headline={standing.headline} />
      <Tiles />
      <div className="grid gap-4 lg:grid-cols-2">
        {firstSteps ? <Checklist done={firstSteps} /> : <Flow />}
        <TroubleList troubles={standing.troubles} readAt={readAt} />
      </div>
      <InFlight />
      {channels.some(({ enabled }) => enabled) && <Health channels={channels} />}
    </>
  );
}
