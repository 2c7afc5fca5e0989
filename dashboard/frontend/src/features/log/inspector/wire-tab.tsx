import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { Label } from "@/components/ui/label";
import { Switch } from "@/components/ui/switch";
import type { Bodies } from "./bodies";
import { Changes } from "./changes";
import { Pane } from "./pane";
import { Player } from "./player";
import type { RecordOut } from "./sentence-of";

const SIDES = ["request", "sent", "given", "answer"] as const;

/** What went over the wire, byte by byte as far as it is kept: what the app said and saw, what its provider got and gave. */
export function WireTab({ record, bodies }: { record: RecordOut; bodies: Bodies }) {
  const { t } = useTranslation("log");
  const [isChanges, setChanges] = useState(false);
  const id = useId();
  const stream = bodies.answer && bodies.answer.events.length > 1 ? bodies.answer : null;
  return (
    <div className="flex flex-col gap-3">
      <div className="flex items-center gap-2">
        <Switch id={id} checked={isChanges} onCheckedChange={setChanges} />
        <Label htmlFor={id}>{t("wire.onlyChanges")}</Label>
      </div>
      {isChanges ? (
        <>
          <Changes title={t("wire.changedRequest")} before={bodies.request} after={bodies.sent} />
          <Changes title={t("wire.changedAnswer")} before={bodies.given} after={bodies.answer} />
        </>
      ) : (
        <>
          {stream && <Player spoken={record} events={stream.events as [number, string][]} />}
          {SIDES.map((side) => (
            <Pane key={side} title={t(`wire.${side}`)} body={bodies[side] ?? null} />
          ))}
        </>
      )}
    </div>
  );
}
