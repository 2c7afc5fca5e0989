import { Link } from "@tanstack/react-router";
import { EyeOffIcon } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { $api, type Schemas } from "@/api";
import { EmptyState } from "@/components/empty-state";
import { Trouble } from "@/components/trouble";
import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";

export type Bodies = Schemas["BodiesOut"];
export type Body = Schemas["BodyOut"];
type Reason = Schemas["NoBodiesOut"]["reason"];

const TRIES = 12;
const AGAIN_MS = 250; // what was said is on disk a moment after the record
const SETTINGS: Partial<Record<Reason, string>> = {
  private: "keys",
  off: "recording",
  errors: "recording",
  gone: "recording",
};

const reasonOf = (error: unknown) => (error as Partial<Schemas["NoBodiesOut"]> | null)?.reason;

function useBodies(id: string) {
  const params = { path: { request_id: id } };
  return $api.useQuery(
    "get",
    "/api/usage/records/{request_id}/bodies",
    { params },
    {
      staleTime: Number.POSITIVE_INFINITY,
      gcTime: 60_000, // megabytes
      retry: (count, error) => reasonOf(error) === "waiting" && count < TRIES,
      retryDelay: AGAIN_MS,
    },
  );
}

/** What was said in a call, or why nothing of it is there. */
export function WithBodies({ id, children }: { id: string; children: (bodies: Bodies) => ReactNode }) {
  const { data, error, refetch } = useBodies(id);
  if (data) return children(data as Bodies); // pairs, which the generated types of a query widen
  const reason = reasonOf(error);
  if (reason && reason !== "waiting") return <NoBodies reason={reason} />;
  if (error) return <Trouble error={error} retry={refetch} />;
  return <Skeleton className="h-40" />;
}

function NoBodies({ reason }: { reason: Exclude<Reason, "waiting"> }) {
  const { t } = useTranslation("log");
  const tab = SETTINGS[reason];
  return (
    <EmptyState
      icon={EyeOffIcon}
      title={t("noBodies.title")}
      actions={
        tab && (
          <Button asChild variant="outline">
            <Link to="/settings" search={{ tab }}>
              {t("noBodies.settings")}
            </Link>
          </Button>
        )
      }
    >
      {t(`noBodies.${reason}`)}
    </EmptyState>
  );
}
