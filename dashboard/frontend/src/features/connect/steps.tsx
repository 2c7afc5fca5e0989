import { ExternalLinkIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { CodeBlock } from "@/components/code-block";
import { CopyButton } from "@/components/copy-button";
import { Button } from "@/components/ui/button";
import { openLink } from "@/lib/desktop/links";
import type { Client, Step } from "./clients";
import type { Connection } from "./use-connection";

/** The steps with the real address and the real key: masked on the screen, copied whole. */
export function Steps({
  client,
  name,
  connection,
}: {
  client: Client;
  name: string;
  connection: Connection;
}) {
  const { t } = useTranslation("connect");
  return (
    <ol className="flex flex-col gap-4">
      {client.steps.map((step, index) => (
        <li key={step.text} className="flex flex-col gap-1.5">
          <p className="flex gap-2">
            {client.isSequence && (
              <span className="text-muted-foreground tabular-nums" aria-hidden>
                {index + 1}.
              </span>
            )}
            <span>{t(`steps.${step.text}`, { name, file: step.file ?? "" })}</span>
          </p>
          <Action step={step} name={name} connection={connection} />
        </li>
      ))}
    </ol>
  );
}

function Action({ step, name, connection }: { step: Step; name: string; connection: Connection }) {
  const { t } = useTranslation("connect");
  const { code, link } = step;
  if (code) return <CodeBlock code={code(connection.shown)} copied={code(connection.values)} />;
  if (!link) return null;
  // The link has the key in it: it is made when it is needed, and stands nowhere on the page.
  return (
    <div className="flex gap-2">
      <Button variant="outline" onClick={() => openLink(link(connection.values))}>
        <ExternalLinkIcon />
        {t("openIn", { name })}
      </Button>
      <CopyButton text={async () => link(connection.values)} label={t("copyLink")} isLabelled />
    </div>
  );
}
