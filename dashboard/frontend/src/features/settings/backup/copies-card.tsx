import { useTranslation } from "react-i18next";
import { $api } from "@/api";
import { Trouble } from "@/components/trouble";
import { Card, CardDescription, CardTitle } from "@/components/ui/card";
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import { useFormat } from "@/lib/format";

/** The copies that Novapi put aside by itself. */
export function CopiesCard() {
  const { t } = useTranslation("settings");
  const format = useFormat();
  const { data, error, refetch } = $api.useQuery("get", "/api/backups");
  return (
    <Card>
      <div className="flex flex-col gap-1">
        <CardTitle>{t("copies.title")}</CardTitle>
        <CardDescription>{t("copies.text")}</CardDescription>
      </div>
      {error && <Trouble error={error} retry={refetch} />}
      {data?.length ? (
        <Table>
          <TableHeader>
            <TableRow>
              <TableHead>{t("copies.file")}</TableHead>
              <TableHead>{t("copies.made")}</TableHead>
              <TableHead>{t("copies.why")}</TableHead>
              <TableHead className="text-right">{t("copies.size")}</TableHead>
            </TableRow>
          </TableHeader>
          <TableBody>
            {data.map(({ name, made_at, reason, bytes }) => (
              <TableRow key={name}>
                <TableCell className="font-mono text-xs">{name}</TableCell>
                <TableCell className="tabular-nums">{format.when(made_at)}</TableCell>
                <TableCell>{t(`copies.reasons.${reason}`)}</TableCell>
                <TableCell className="text-right tabular-nums">{format.bytes(bytes)}</TableCell>
              </TableRow>
            ))}
          </TableBody>
        </Table>
      ) : (
        data && <p className="text-muted-foreground">{t("copies.none")}</p>
      )}
    </Card>
  );
}
