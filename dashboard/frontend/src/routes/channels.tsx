import { createFileRoute } from "@tanstack/react-router";
import { z } from "zod";
import { ChannelsPage } from "@/features/channels";
import { TABS } from "@/features/channels/tabs";
import { LONGEST_LINK } from "@/lib/paste/types";

const search = z.object({
  /** The channel that is open, what of it is shown, and the model to test it with. */
  id: z.number().optional().catch(undefined),
  tab: z.enum(TABS).optional().catch(undefined),
  model: z.string().optional().catch(undefined),
  /** The dialog that adds one is open. */
  add: z.boolean().optional().catch(undefined),
  /** The link it was opened with, only ever Novapi's own: of other texts nobody could tell that a stranger wrote them. */
  paste: z
    .string()
    .max(LONGEST_LINK)
    .regex(/^novapi:/i)
    .optional()
    .catch(undefined),
  q: z.string().optional().catch(undefined),
});

export const Route = createFileRoute("/channels")({ component: ChannelsPage, validateSearch: search });
