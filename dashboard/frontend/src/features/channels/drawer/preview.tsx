import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { client, type Schemas } from "@/api";
import { messageOf } from "@/api/errors";
import type { Channel } from "@/api/queries";
import { CodeBlock } from "@/components/code-block";
import { Alert } from "@/components/ui/alert";
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from "@/components/ui/select";
import { Skeleton } from "@/components/ui/skeleton";
import type { ChannelPatch } from "../use-channels";

type Dialect = NonNullable<Schemas["PreviewIn"]["dialect"]>;
const SETTLED_MS = 400;
const APPS: Dialect[] = ["openai-chat", "openai-responses", "anthropic", "gemini", "ollama"];

/** What would leave this machine for a small request, with what is typed now; `changes` null: it makes no sense yet. */
export function Preview({ channel, changes }: { channel: Channel; changes: ChannelPatch | null }) {
  const { t } = useTranslation("channels");
  const [dialect, setDialect] = useState<Dialect>("openai-chat");
  const asked = useSettled(changes);
  const { data, error } = useQuery({
    queryKey: ["preview", channel.id, channel.updated_at, dialect, asked],
    enabled: asked !== null,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const { data, error } = await client.POST("/api/channels/{channel_id}/preview", {
        params: { path: { channel_id: channel.id } },
        body: { dialect, channel: asked },
        signal,
      });
      if (error) throw error;
      return textOf(data);
    },
  });
  return (
    <section aria-label={t("preview.title")} className="flex flex-col gap-2">
      <div className="flex items-center justify-between gap-3">
        <h3 className="font-medium">{t("preview.title")}</h3>
        <Select value={dialect} onValueChange={(next) => setDialect(next as Dialect)}>
          <SelectTrigger aria-label={t("preview.dialect")} className="h-7 text-xs">
            <SelectValue />
          </SelectTrigger>
          <SelectContent>
            {APPS.map((name) => (
              <SelectItem key={name} value={name}>
                {t("preview.of", { dialect: name })}
              </SelectItem>
            ))}
          </SelectContent>
        </Select>
      </div>
      {error && asked ? (
        <Alert variant="warn">{messageOf(error)}</Alert>
      ) : data === undefined ? (
        <Skeleton className="h-40" />
      ) : (
        <CodeBlock code={data} />
      )}
    </section>
  );
}

/** The value once it has not changed for a moment: not every letter is worth a question. */
function useSettled(value: ChannelPatch | null): ChannelPatch | null {
  const [settled, setSettled] = useState(value);
  const text = JSON.stringify(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(JSON.parse(text)), SETTLED_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

function textOf({ method, url, headers, body }: Schemas["PreviewOut"]): string {
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`${method} ${url}`, ...head, "", JSON.stringify(body, null, 2)].join("\n");
}
