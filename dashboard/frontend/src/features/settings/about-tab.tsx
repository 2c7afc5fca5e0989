import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { $api } from "@/api";
import { useStatus } from "@/api/queries";
import { Trouble } from "@/components/trouble";
import { Card, CardDescription, CardTitle } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import { agreed } from "@/lib/agreed";
import { useFormat } from "@/lib/format";

interface Library {
  name: string;
  version: string;
  licence: string;
}

const PAGES = [
  ["/api/docs", "apiDocs"],
  ["/v1/docs", "gatewayDocs"],
  ["/admin/", "admin"],
  ["/api/about/licences", "licences"],
] as const;

/** What runs here, and whose work is in it. */
export function AboutTab() {
  const { t } = useTranslation("settings");
  const { data, error, refetch } = $api.useQuery(
    "get",
    "/api/about",
    {},
    { staleTime: Number.POSITIVE_INFINITY },
  );
  const { data: status } = useStatus();
  const format = useFormat();
  if (error) return <Trouble error={error} retry={refetch} />;
  if (!data) return <Skeleton className="h-96 max-w-4xl" />;
  return (
    <div className="flex max-w-4xl flex-col gap-4">
      <Card>
        <CardTitle>{t("about.version", { version: data.version })}</CardTitle>
        <CardDescription>
          {t("about.licence", { licence: data.licence })}
          {status && ` · Python ${status.python} · SQLite ${status.sqlite}`}
          {data.built_at && ` · ${t("about.builtAt", { when: format.when(data.built_at) })}`}
        </CardDescription>
        <p className="flex flex-wrap gap-4">
          {PAGES.map(([address, name]) => (
            <a key={address} href={address} target="_blank" rel="noreferrer" className="underline">
              {t(`about.${name}`)}
            </a>
          ))}
        </p>
      </Card>
      <Libraries title={t("about.server")} libraries={data.libraries} />
      <DashboardLibraries />
    </div>
  );
}

/** Those of the dashboard itself, as its build has written them down. */
function DashboardLibraries() {
  const { t } = useTranslation("settings");
  const { data, error, refetch } = useQuery({
    queryKey: ["licences"],
    queryFn: readLicences,
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (error) return <Trouble error={error} retry={refetch} />;
  return data ? <Libraries title={t("about.dashboard")} libraries={data} /> : <Skeleton className="h-96" />;
}

async function readLicences(): Promise<Library[]> {
  return (await agreed(`${import.meta.env.BASE_URL}licences.json`)).json();
}

function Libraries({ title, libraries }: { title: string; libraries: readonly Library[] }) {
  const { t } = useTranslation("settings");
  return (
    <Card>
      <CardTitle>{title}</CardTitle>
      <Table aria-label={title}>
        <TableHeader>
          <TableRow>
            <TableHead>{t("about.name")}</TableHead>
            <TableHead>{t("about.versionOf")}</TableHead>
            <TableHead>{t("about.licenceOf")}</TableHead>
          </TableRow>
        </TableHeader>
        <TableBody>
          {libraries.map(({ name, version, licence }) => (
            <TableRow key={`${name} ${version}`}>
              <TableCell className="font-mono text-xs">{name}</TableCell>
              <TableCell className="tabular-nums">{version}</TableCell>
              <TableCell>{licence || t("about.notTold")}</TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </Card>
  );
}
