import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { eventsOf } from "../conversation/events";
import { useLogFormat } from "../use-log-format";
import { visible } from "../visible";

const STEP = 200;
const LONGEST = 400; // letters of an event

/** The events of a stream, each with when it came. */
export function EventList({ pieces }: { pieces: [ms: number, text: string][] }) {
  const { t } = useTranslation("log");
  const format = useLogFormat();
  const events = useMemo(() => eventsOf(pieces), [pieces]);
  const [shown, setShown] = useState(STEP);
  return (
    <>
      <table className="w-full font-mono text-xs">
        <thead className="sr-only">
          <tr>
            <th>{t("column.time")}</th>
            <th>{t("wire.event")}</th>
          </tr>
        </thead>
        <tbody>
          {events.slice(0, shown).map((event, index) => (
            <tr key={index} className="border-b align-top last:border-0">
              <td className="whitespace-nowrap py-0.5 pr-3 text-right text-muted-foreground tabular-nums">
                {format.duration(event.ms)}
              </td>
              <td className="py-0.5 [overflow-wrap:anywhere]">
                {event.name && <strong className="mr-1">{visible(event.name)}</strong>}
                {visible(event.data.slice(0, LONGEST))}
                {event.data.length > LONGEST && "…"}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {events.length > shown && (
        <Button size="sm" variant="outline" className="mt-2" onClick={() => setShown(shown + 2 * STEP)}>
          {t("wire.moreEvents", { count: events.length - shown })}
        </Button>
      )}
    </>
  );
}
