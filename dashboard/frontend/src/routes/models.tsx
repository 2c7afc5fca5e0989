import { createFileRoute } from "@tanstack/react-router";
import { z } from "zod";
import { ModelsPage } from "@/features/models";

const text = z.coerce.string().optional().catch(undefined);

/** What is searched and filtered by; the tab; the alias that is being edited, by its id, or "new". */
const search = z.object({ q: text, chips: text, tab: text, alias: text });

export type ModelsSearch = z.infer<typeof search>;

export const Route = createFileRoute("/models")({ component: ModelsPage, validateSearch: search });
