import { createFileRoute } from "@tanstack/react-router";
import { z } from "zod";
import { ChannelsPage } from "@/features/channels";

const search = z.object({
  /** The channel that is open. */
  id: z.number().optional().catch(undefined),
  /** The dialog that adds one is open. */
  add: z.boolean().optional().catch(undefined),
  q: z.string().optional().catch(undefined),
});

export const Route = createFileRoute("/channels")({ component: ChannelsPage, validateSearch: search });
