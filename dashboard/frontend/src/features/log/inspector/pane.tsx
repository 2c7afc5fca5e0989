import { ChevronDownIcon, ChevronRightIcon } from "lucide-react";
import { useId, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { CopyButton } from "@/components/copy-button";
import { Badge } from "@/components/ui/badge";
import { ToggleGroup, ToggleGroupItem } from "@/components/ui/toggle-group";
import { useLogFormat } from "../use-log-format";
import type { Body } from "./bodies";
import { EventList } from "./event-list";
import { LongText } from "./long-text";
import { prettyOf } from "./pretty";

const SMALL = 100_000; // bytes; what is larger opens only when it is asked for

/** One side of a call. */
export function Pane({ title, body }: { title: string; body: Body | null }) {
  const { t } = useTranslation("log");
  const format = useLogFormat();
  const [isOpen, setOpen] = useState(!!body && !body.binary && body.size < SMALL);
  const id = useId();
  const Icon = isOpen ? ChevronDownIcon : ChevronRightIcon;
  return (
    <section aria-labelledby={id} className="overflow-hidden rounded-lg border">
      <header className="flex items-center gap-2 bg-muted px-2 py-1">
        <button
          type="button"
          aria-expanded={isOpen}
          disabled={!body}
          onClick={() => setOpen(!isOpen)}
          className="flex min-w-0 items-center gap-1.5 py-1"
        >
          <Icon className="size-4 shrink-0" aria-hidden />
          <h3 id={id} className="truncate font-medium text-xs">
            {title}
          </h3>
        </button>
        {body?.truncated && <Badge variant="warn">{t("wire.truncated")}</Badge>}
        <span className="ml-auto text-xs tabular-nums">
          {body ? format.bytes(body.size) : t("wire.nothing")}
        </span>
        {body?.text && <CopyButton text={body.text} label={t("wire.copy", { name: title })} />}
      </header>
      {isOpen && body && (body.binary ? <Binary body={body} /> : <Content body={body} />)}
    </section>
  );
}

function Binary({ body }: { body: Body }) {
  const { t } = useTranslation("log");
  return <p className="px-3 py-2 text-xs">{t("wire.binary", { type: body.type })}</p>;
}

function Content({ body }: { body: Body }) {
  const { t } = useTranslation("log");
  const [look, setLook] = useState("text");
  const text = useMemo(() => prettyOf(body), [body]);
  const isStream = body.events.length > 1;
  return (
    <div className="flex flex-col gap-2 p-2">
      {isStream && (
        <ToggleGroup
          type="single"
          value={look}
          onValueChange={(next) => next && setLook(next)}
          aria-label={t("wire.look")}
        >
          <ToggleGroupItem value="text">{t("wire.text")}</ToggleGroupItem>
          <ToggleGroupItem value="events">{t("wire.events")}</ToggleGroupItem>
        </ToggleGroup>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <div tabIndex={0} className="max-h-96 overflow-auto">
        {look === "events" ? (
          <EventList pieces={body.events as [number, string][]} />
        ) : (
          <LongText text={text} className="font-mono text-xs leading-relaxed" />
        )}
      </div>
    </div>
  );
}
