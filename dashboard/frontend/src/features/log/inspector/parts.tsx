import {
  BrainIcon,
  ChevronRightIcon,
  FileIcon,
  ImageIcon,
  TriangleAlertIcon,
  WrenchIcon,
} from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { cn } from "@/lib/cn";
import type { Part } from "../conversation/types";
import { useLogFormat } from "../use-log-format";
import { visible } from "../visible";
import { LongText } from "./long-text";
import type { Result } from "./paired";

const FIRST = 4000; // letters of a message
const LARGEST_IMAGE = 4_000_000; // letters of base64

/** A part of a message, whatever it is. */
export function PartView({ part, results }: { part: Part; results?: Result[] }) {
  const { t } = useTranslation("log");
  const format = useLogFormat();
  switch (part.kind) {
    case "text":
      return <LongText text={part.text} first={FIRST} />;
    case "refusal":
    case "error":
      return <Failed text={part.text} />;
    case "reasoning":
      return (
        <Folded icon={BrainIcon} title={t("conversation.reasoning")}>
          <LongText text={part.text} first={FIRST} className="text-muted-foreground" />
        </Folded>
      );
    case "image":
      return <Picture url={part.url} />;
    case "file":
      return (
        <p className="flex items-center gap-1.5 text-muted-foreground">
          <FileIcon className="size-4" aria-hidden />
          <bdi className="truncate">{visible(part.name)}</bdi>
        </p>
      );
    case "call":
      return <ToolCall part={part} results={results ?? []} />;
    case "result":
      return <ToolResult part={part} />;
    case "vector": {
      const begin = part.begin
        .map((value) => (typeof value === "number" ? value.toFixed(4) : "?"))
        .join(", ");
      return (
        <p className="font-mono text-xs">
          {t("conversation.vector", { size: format.count(part.size), begin })}
        </p>
      );
    }
    default:
      return (
        <LongText text={JSON.stringify(part.json, null, 2)} first={FIRST} className="font-mono text-xs" />
      );
  }
}

function Failed({ text }: { text: string }) {
  return (
    <div className="flex gap-2 rounded-md bg-bad-soft px-2.5 py-1.5 text-bad">
      <TriangleAlertIcon className="mt-0.5 size-4 shrink-0" aria-hidden />
      <div className="min-w-0">
        <LongText text={text} first={FIRST} />
      </div>
    </div>
  );
}

export function Folded({
  icon: Icon,
  title,
  isOpen,
  children,
}: {
  icon?: typeof BrainIcon;
  title: ReactNode;
  isOpen?: boolean;
  children: ReactNode;
}) {
  return (
    <details open={isOpen} className="group rounded-md border">
      <summary className="flex cursor-pointer items-center gap-1.5 px-2.5 py-1.5 font-medium text-xs">
        <ChevronRightIcon className="size-3.5 shrink-0 group-open:rotate-90" aria-hidden />
        {Icon && <Icon className="size-3.5 shrink-0" aria-hidden />}
        {title}
      </summary>
      <div className="border-t px-2.5 py-2">{children}</div>
    </details>
  );
}

/** Only pictures that were sent along are shown: to load another would tell its server that somebody looks. */
function Picture({ url }: { url: string }) {
  const { t } = useTranslation("log");
  const isHere = /^data:image\/(png|jpe?g|gif|webp);base64,/i.test(url) && url.length < LARGEST_IMAGE;
  if (isHere)
    return (
      <img
        src={url}
        alt={t("conversation.image")}
        className="max-h-64 max-w-full self-start rounded-md border"
      />
    );
  return (
    <p
      className="flex min-w-0 items-center gap-1.5 text-muted-foreground"
      title={t("conversation.notLoaded")}
    >
      <ImageIcon className="size-4 shrink-0" aria-hidden />
      <bdi className="truncate font-mono text-xs">{visible(url.slice(0, 300))}</bdi>
    </p>
  );
}

function ToolCall({ part, results }: { part: Extract<Part, { kind: "call" }>; results: Result[] }) {
  const { t } = useTranslation("log");
  return (
    <section
      aria-label={t("conversation.toolCall", { name: visible(part.name) })}
      className="overflow-hidden rounded-md border"
    >
      <h4 className="flex items-center gap-1.5 border-b bg-muted px-2.5 py-1.5 font-medium text-xs">
        <WrenchIcon className="size-3.5" aria-hidden />
        <bdi className="truncate font-mono">{visible(part.name)}</bdi>
      </h4>
      <div className="px-2.5 py-2 font-mono text-xs">
        <LongText text={part.args || "{}"} first={1500} />
      </div>
      {results.map((result, index) => (
        <div key={index} className="border-t px-2.5 py-2">
          <ToolResult part={result} />
        </div>
      ))}
    </section>
  );
}

function ToolResult({ part }: { part: Result }) {
  const { t } = useTranslation("log");
  return (
    <div className="flex flex-col gap-1">
      <p className={cn("font-medium text-xs", part.isError ? "text-bad" : "text-muted-foreground")}>
        {t(part.isError ? "conversation.toolError" : "conversation.toolResult")}
        {part.name && ` · ${visible(part.name)}`}
      </p>
      <div className="font-mono text-xs">
        <LongText text={part.text} first={1500} />
      </div>
    </div>
  );
}
