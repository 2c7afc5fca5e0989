import { createFileRoute } from "@tanstack/react-router";
import { z } from "zod";
import { UsagePage } from "@/features/usage";

const text = z.coerce.string().optional().catch(undefined);

const search = z.object({
  range: text,
  since: text,
  until: text,
  by: text,
  unit: text,
  app: text,
  model: text,
  channel: z.coerce.number().optional().catch(undefined),
});

export const Route = createFileRoute("/usage")({ component: UsagePage, validateSearch: search });
