import { createFileRoute } from "@tanstack/react-router";
import { z } from "zod";
import { UsagePage } from "@/features/usage";

const text = z.coerce.string().optional().catch(undefined);
const number = z.coerce.number().int().optional().catch(undefined);

/** What is looked at, how it is grouped and counted, whose calls only, and whether the waste is open. */
const search = z.object({
  range: text,
  since: text,
  until: text,
  by: text,
  unit: text,
  app: text,
  model: text,
  channel: number,
  key: number,
  waste: z.boolean().optional().catch(undefined),
});

export type UsageSearch = z.infer<typeof search>;

export const Route = createFileRoute("/usage")({ component: UsagePage, validateSearch: search });
