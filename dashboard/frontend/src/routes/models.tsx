import { createFileRoute } from "@tanstack/react-router";
import { z } from "zod";
import { ModelsPage } from "@/features/models";

const search = z.object({
  q: z.string().optional().catch(undefined),
  chips: z.string().optional().catch(undefined),
});

export const Route = createFileRoute("/models")({ component: ModelsPage, validateSearch: search });
