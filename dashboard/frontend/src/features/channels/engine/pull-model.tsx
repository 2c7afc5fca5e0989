import { DownloadIcon, SquareIcon } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Channel } from "@/api/queries";
import { Field } from "@/components/field";
import { Trouble } from "@/components/trouble";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { Progress } from "@/components/ui/progress";
import { useFormat } from "@/lib/format";
import { type Pull, usePull } from "./use-pull";

/** A model that is not on this machine yet: the engine fetches it, and the channel offers it. */
export function PullModel({ channel }: { channel: Channel }) {
  const { t } = useTranslation("channels");
  const [model, setModel] = useState("");
  const { pull, error, offered, start, stop } = usePull(channel.id);
  const begin = (event: FormEvent) => {
    event.preventDefault();
    start(model.trim());
  };
  return (
    <form onSubmit={begin} className="flex flex-col gap-2">
      <div className="flex items-start gap-2">
        <Field label={t("pull.title")} hint={t("pull.hint")} className="flex-1">
          <Input
            value={model}
            onChange={(event) => setModel(event.target.value)}
            placeholder="qwen3:8b"
            autoComplete="off"
            spellCheck={false}
          />
        </Field>
        {pull ? (
          <Button variant="outline" className="mt-5" onClick={stop}>
            <SquareIcon /> {t("pull.stop")}
          </Button>
        ) : (
          <Button type="submit" variant="outline" className="mt-5" disabled={!model.trim()}>
            <DownloadIcon /> {t("pull.start")}
          </Button>
        )}
      </div>
      {pull && <HowFar pull={pull} />}
      {error !== undefined && <Trouble error={error} />}
      {offered && (
        <p role="status" className="text-ok text-sm">
          {t("pull.done", { names: offered.join(", ") })}
        </p>
      )}
    </form>
  );
}

function HowFar({ pull }: { pull: Pull }) {
  const { t } = useTranslation("channels");
  const format = useFormat();
  return (
    <div className="flex flex-col gap-1">
      <Progress
        aria-label={t("pull.progress")}
        value={pull.total ? (100 * pull.completed) / pull.total : null}
      />
      <p className="flex justify-between gap-3 text-muted-foreground text-xs tabular-nums">
        <span className="truncate">{pull.status}</span>
        <span className="shrink-0">
          {pull.total ? `${format.bytes(pull.completed)} / ${format.bytes(pull.total)}` : t("pull.waiting")}
        </span>
      </p>
    </div>
  );
}
