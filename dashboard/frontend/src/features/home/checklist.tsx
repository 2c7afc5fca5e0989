import { Link } from "@tanstack/react-router";
import { CircleCheckIcon, CircleDashedIcon } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { $api } from "@/api";
import { useChannels } from "@/api/queries";
import { Button } from "@/components/ui/button";
import { Card, CardHeader, CardTitle } from "@/components/ui/card";
import { isOurs } from "@/features/connect/clients";
import { readStored, store } from "@/lib/stored";

const KEY = "novapi.checklist";

interface Done {
  channel: boolean;
  answer: boolean;
  app: boolean;
}

/** What of the first steps is done, by what there is; undefined until it is known, or once all of it was done. */
export function useFirstSteps(): Done | undefined {
  const wasDone = readStored(KEY) === "done";
  const { data: channels } = useChannels();
  const { data } = $api.useQuery(
    "get",
    "/api/usage/summary",
    { params: { query: { by: ["app"] } } },
    { enabled: !wasDone },
  );
  if (wasDone || !channels || !data) return undefined;
  const good = data.rows.filter(({ requests, errors }) => requests > errors);
  const done = {
    channel: channels.length > 0,
    answer: good.length > 0,
    app: good.some(({ app }) => app && !isOurs(app)),
  };
  if (!(done.channel && done.app)) return done;
  store(KEY, "done");
  return undefined;
}

/** The three lines that stay on Home until an app has had its first answer. */
export function Checklist({ done }: { done: Done }) {
  const { t } = useTranslation("home");
  return (
    <Card>
      <CardHeader>
        <CardTitle>{t("checklist.title")}</CardTitle>
      </CardHeader>
      <ol className="flex flex-col divide-y">
        <Line isDone={done.channel} text={t("checklist.channel")}>
          <Link to="/" search={{ setup: "source" }}>
            {t("checklist.add")}
          </Link>
        </Line>
        <Line isDone={done.answer} text={t("checklist.answer")}>
          <Link to="/playground">{t("checklist.try")}</Link>
        </Line>
        <Line isDone={done.app} text={t("checklist.app")}>
          <Link to="/" search={{ setup: "app" }}>
            {t("checklist.connect")}
          </Link>
        </Line>
      </ol>
    </Card>
  );
}

function Line({ isDone, text, children }: { isDone: boolean; text: string; children: ReactNode }) {
  const { t } = useTranslation("home");
  const Icon = isDone ? CircleCheckIcon : CircleDashedIcon;
  return (
    <li className="flex min-h-11 items-center gap-3 py-1.5">
      <Icon
        className={isDone ? "size-4 shrink-0 text-ok" : "size-4 shrink-0 text-muted-foreground"}
        role="img"
        aria-label={t(isDone ? "checklist.done" : "checklist.open")}
      />
      <span className="flex-1">{text}</span>
      {!isDone && (
        <Button asChild size="sm" variant="outline">
          {children}
        </Button>
      )}
    </li>
  );
}
