import { createFileRoute } from "@tanstack/react-router";
import { z } from "zod";
import { SettingsPage } from "@/features/settings";

const search = z.object({
  tab: z.string().optional().catch(undefined),
  /** The app key that is open in its dialog; 0: the one that is being made. */
  key: z.number().optional().catch(undefined),
});

export const Route = createFileRoute("/settings")({ component: SettingsPage, validateSearch: search });
