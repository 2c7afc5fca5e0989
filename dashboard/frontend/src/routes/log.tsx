import { createFileRoute } from "@tanstack/react-router";
import { z } from "zod";
import { LogPage } from "@/features/log";

const text = z.coerce.string().optional().catch(undefined);
const number = z.coerce.number().optional().catch(undefined);
const flag = z.boolean().optional().catch(undefined);

/** The filters of GET /api/usage/records, and which call is open in which tab. */
const search = z.object({
  app: text,
  key: number,
  channel: number,
  model: text,
  sent: text,
  status: text,
  stream: flag,
  tools: flag,
  retried: flag,
  slow_ms: number,
  min_cost: number,
  error: text,
  text: text,
  replay_of: text,
  since: text,
  until: text,
  id: text,
  tab: text,
});

export const Route = createFileRoute("/log")({ component: LogPage, validateSearch: search });
