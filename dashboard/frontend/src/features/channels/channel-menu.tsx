import { useNavigate } from "@tanstack/react-router";
import {
  ArrowDownIcon,
  ArrowUpIcon,
  CopyIcon,
  EllipsisIcon,
  MergeIcon,
  PencilIcon,
  Trash2Icon,
} from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Channel } from "@/api/queries";
import { Button } from "@/components/ui/button";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import { useDelete, useDuplicate } from "./use-channels";

export interface Moves {
  /** Undefined where there is nothing to pass, or nobody to join. */
  up?: () => void;
  down?: () => void;
  join?: () => void;
}

/** What can be done to a channel, beside testing it and switching it. */
export function ChannelMenu({
  channel,
  moves = {},
  onDeleted,
}: {
  channel: Channel;
  moves?: Moves;
  onDeleted?: () => void;
}) {
  const { t } = useTranslation("channels");
  const navigate = useNavigate();
  const duplicate = useDuplicate();
  const remove = useDelete();
  const open = (id: number) => navigate({ to: "/channels", search: { id, tab: "overview" } });
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button variant="ghost" size="icon-sm" aria-label={t("menu", { name: channel.name })}>
          <EllipsisIcon />
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end">
        <DropdownMenuItem onSelect={() => void open(channel.id)}>
          <PencilIcon /> {t("actions.edit")}
        </DropdownMenuItem>
        <DropdownMenuItem
          onSelect={() =>
            void duplicate(channel).then(
              (twin) => open(twin.id),
              () => undefined,
            )
          }
        >
          <CopyIcon /> {t("actions.duplicate")}
        </DropdownMenuItem>
        {(moves.up || moves.down || moves.join) && <DropdownMenuSeparator />}
        {moves.up && (
          <DropdownMenuItem onSelect={moves.up}>
            <ArrowUpIcon /> {t("actions.up")}
          </DropdownMenuItem>
        )}
        {moves.down && (
          <DropdownMenuItem onSelect={moves.down}>
            <ArrowDownIcon /> {t("actions.down")}
          </DropdownMenuItem>
        )}
        {moves.join && (
          <DropdownMenuItem onSelect={moves.join}>
            <MergeIcon /> {t("actions.join")}
          </DropdownMenuItem>
        )}
        <DropdownMenuSeparator />
        <DropdownMenuItem
          variant="destructive"
          onSelect={() =>
            void remove(channel).then(
              (isGone) => isGone && onDeleted?.(),
              () => undefined,
            )
          }
        >
          <Trash2Icon /> {t("actions.delete")}
        </DropdownMenuItem>
      </DropdownMenuContent>
    </DropdownMenu>
  );
}
