import { createFileRoute } from "@tanstack/react-router";
import { z } from "zod";
import { SettingsPage } from "@/features/settings";

const search = z.object({ tab: z.string().optional().catch(undefined) });

export const Route = createFileRoute("/settings")({ component: SettingsPage, validateSearch: search });
