import { XIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useChannels, useKeys } from "@/api/queries";
import { Button } from "@/components/ui/button";
import type { Filter } from "./groups";
import { useChange } from "./toolbar";

/** Whose calls only are counted; each can be taken away. */
export function Filters({ filter }: { filter: Filter }) {
  const { t } = useTranslation("usage");
  const change = useChange();
  const { data: channels } = useChannels();
  const { data: keys } = useKeys();
  const nameOf = (list: { id: number; name: string }[] | undefined, id: number) =>
    list?.find((each) => each.id === id)?.name ?? `#${id}`;
  const shown = {
    app: filter.app === undefined ? undefined : filter.app || t("unnamed.app"),
    model: filter.model === undefined ? undefined : filter.model || t("unnamed.model"),
    channel: filter.channel === undefined ? undefined : nameOf(channels, filter.channel),
    key: filter.key === undefined ? undefined : nameOf(keys, filter.key),
  };
  const given = (["app", "model", "channel", "key"] as const).filter((name) => shown[name] !== undefined);
  if (!given.length) return null;
  return (
    <ul className="flex flex-wrap gap-2" aria-label={t("filters")}>
      {given.map((name) => (
        <li key={name}>
          <Button
            variant="secondary"
            size="sm"
            onClick={() => change({ [name]: undefined })}
            aria-label={t("dropFilter", { name: shown[name] })}
          >
            <span className="text-muted-foreground">{t(`by.${name}`)}</span>
            <span className="max-w-64 truncate" title={shown[name]}>
              {shown[name]}
            </span>
            <XIcon aria-hidden />
          </Button>
        </li>
      ))}
    </ul>
  );
}
