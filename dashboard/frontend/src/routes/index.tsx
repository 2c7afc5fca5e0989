import { createFileRoute } from "@tanstack/react-router";
import { z } from "zod";
import { HomePage } from "@/features/home";

const search = z.object({
  /** The step of the first run that is open. */
  setup: z.enum(["source", "check", "app"]).optional().catch(undefined),
  /** The channels that it checks: their ids, with commas between. */
  channels: z.coerce.string().optional().catch(undefined),
  /** The app that it connects. */
  client: z.coerce.string().optional().catch(undefined),
});

export const Route = createFileRoute("/")({ component: HomePage, validateSearch: search });
