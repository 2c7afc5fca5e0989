import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Trouble } from "@/components/trouble";
import { Button } from "@/components/ui/button";
import { Card, CardDescription, CardHeader, CardTitle } from "@/components/ui/card";
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import { useFormat } from "@/lib/format";
import { clientOf } from "./clients";
import { useApps } from "./use-apps";

const MOST = 20;

/** Programs that called in the last week and are no app Novapi knows by name. */
export function UnknownApps() {
  const { t } = useTranslation("connect");
  const format = useFormat();
  const { apps, error } = useApps();
  const unknown = apps.filter(({ app }) => !clientOf(app)).slice(0, MOST);
  if (error) return <Trouble error={error} />;
  if (!unknown.length) return null;
  return (
    <Card>
      <CardHeader>
        <div>
          <CardTitle>{t("unknown.title")}</CardTitle>
          <CardDescription>{t("unknown.hint")}</CardDescription>
        </div>
      </CardHeader>
      <Table>
        <TableHeader>
          <TableRow>
            <TableHead>{t("unknown.app")}</TableHead>
            <TableHead className="text-right">{t("unknown.requests")}</TableHead>
            <TableHead className="text-right">{t("unknown.cost")}</TableHead>
            <TableHead>
              <span className="sr-only">{t("unknown.actions")}</span>
            </TableHead>
          </TableRow>
        </TableHeader>
        <TableBody>
          {unknown.map(({ app, requests, cost_usd }) => (
            <TableRow key={app}>
              <TableCell className="max-w-80 truncate font-mono text-xs" title={app}>
                {app}
              </TableCell>
              <TableCell className="text-right tabular-nums">
                <Link to="/log" search={{ app }} className="hover:underline">
                  {format.count(requests)}
                </Link>
              </TableCell>
              <TableCell className="text-right tabular-nums">{format.money(cost_usd)}</TableCell>
              <TableCell className="text-right">
                <Button asChild size="sm" variant="outline">
                  <Link
                    to="/connect"
                    search={{ client: "other", as: app }}
                    aria-label={t("unknown.connectNamed", { app })}
                  >
                    {t("unknown.connect")}
                  </Link>
                </Button>
              </TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </Card>
  );
}
