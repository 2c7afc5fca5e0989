import { createFileRoute } from "@tanstack/react-router";
import { z } from "zod";
import { ConnectPage } from "@/features/connect";

const text = z.coerce.string().optional().catch(undefined);

const search = z.object({
  q: text,
  /** The app whose steps are open, and the key and the model they are shown with. */
  client: text,
  key: z.coerce.number().optional().catch(undefined),
  model: text,
  /** What a program calls itself that is none of the known apps. */
  as: text,
});

export const Route = createFileRoute("/connect")({ component: ConnectPage, validateSearch: search });
