import { createFileRoute } from "@tanstack/react-router";
import { z } from "zod";
import { PlaygroundPage } from "@/features/playground";

/** The models that are asked side by side: "gpt-4o,claude-sonnet". */
const search = z.object({ models: z.coerce.string().optional().catch(undefined) });

export const Route = createFileRoute("/playground")({ component: PlaygroundPage, validateSearch: search });
