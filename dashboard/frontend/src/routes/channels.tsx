import { createFileRoute } from "@tanstack/react-router";
import { z } from "zod";
import { ChannelsPage } from "@/features/channels";
import { TABS } from "@/features/channels/tabs";

const search = z.object({
  /** The channel that is open, what of it is shown, and the model to test it with. */
  id: z.number().optional().catch(undefined),
  tab: z.enum(TABS).optional().catch(undefined),
  model: z.string().optional().catch(undefined),
  /** The dialog that adds one is open. */
  add: z.boolean().optional().catch(undefined),
  q: z.string().optional().catch(undefined),
});

export const Route = createFileRoute("/channels")({ component: ChannelsPage, validateSearch: search });
