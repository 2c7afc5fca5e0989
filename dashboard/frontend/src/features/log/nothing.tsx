import { Link } from "@tanstack/react-router";
import { ScrollTextIcon, SearchXIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useMasterKey } from "@/api/queries";
import { EmptyState } from "@/components/empty-state";
import { Button } from "@/components/ui/button";
import { useBaseUrl } from "@/lib/base-url";
import { useTestRequest } from "./use-test-request";

/** Nobody has called yet: where apps are to call, and a first call to try. */
export function NoCalls() {
  const { t } = useTranslation("log");
  const url = `${useBaseUrl()}/v1`;
  const { data: master } = useMasterKey();
  const { mutate, isPending } = useTestRequest();
  return (
    <EmptyState
      icon={ScrollTextIcon}
      title={t("empty.title")}
      actions={
        <>
          <Button disabled={!master || isPending} onClick={() => master && mutate(master.key)}>
            {t("empty.test")}
          </Button>
          <Button asChild variant="outline">
            <Link to="/connect">{t("empty.connect")}</Link>
          </Button>
        </>
      }
    >
      {t("empty.text")} <strong className="text-foreground">{url}</strong>
    </EmptyState>
  );
}

export function NoMatch({ onClear }: { onClear: () => void }) {
  const { t } = useTranslation("log");
  return (
    <EmptyState
      icon={SearchXIcon}
      title={t("noMatch")}
      actions={
        <Button variant="outline" onClick={onClear}>
          {t("filter.clearAll")}
        </Button>
      }
    />
  );
}
