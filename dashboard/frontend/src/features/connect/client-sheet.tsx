import { getRouteApi } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Trouble } from "@/components/trouble";
import { Sheet, SheetContent, SheetDescription, SheetHeader, SheetTitle } from "@/components/ui/sheet";
import { Skeleton } from "@/components/ui/skeleton";
import { Choices } from "./choices-bar";
import type { Client } from "./clients";
import { Steps } from "./steps";
import { useClientTexts } from "./use-client-texts";
import { useChoose, useConnection } from "./use-connection";
import { Waiting } from "./waiting";

const route = getRouteApi("/connect");

/** What to do in one app, step by step, and whether it has worked. */
export function ClientSheet({ client }: { client: Client | undefined }) {
  const choose = useChoose();
  return (
    <Sheet
      open={!!client}
      onOpenChange={(isOpen) => {
        if (!isOpen) choose({ client: undefined, key: undefined, model: undefined, as: undefined });
      }}
    >
      {client && <Content client={client} />}
    </Sheet>
  );
}

function Content({ client }: { client: Client }) {
  const { t } = useTranslation("connect");
  const { key, model, as } = route.useSearch();
  const { connection, error, retry } = useConnection(key, model);
  const texts = useClientTexts();
  const name = as ?? texts(client).name;
  return (
    <SheetContent>
      <SheetHeader>
        <SheetTitle>{name}</SheetTitle>
        <SheetDescription>{t(client.isImpossible ? "sheet.impossible" : "sheet.hint")}</SheetDescription>
      </SheetHeader>
      {error ? <Trouble error={error} retry={retry} /> : null}
      {!connection && !error && <Skeleton className="h-64" />}
      {connection && !client.isImpossible && <Choices name={name} connection={connection} />}
      {connection && <Steps key={`steps-${client.id}`} client={client} name={name} connection={connection} />}
      {connection && !client.isImpossible && (
        // In sight while the steps are scrolled through.
        <div className="sticky -bottom-6 -mx-6 mt-auto -mb-6 border-t bg-background px-6 py-4">
          <Waiting key={`waiting-${client.id}`} client={client} name={name} ownKey={connection.ownKey} />
        </div>
      )}
    </SheetContent>
  );
}
