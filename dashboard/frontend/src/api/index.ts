/** The management API, typed by the server's own OpenAPI document (schema.d.ts; `npm run schema` makes it anew). */
import createFetchClient from "openapi-fetch";
import createClient from "openapi-react-query";
import { answered } from "@/lib/answered";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];

export const client = createFetchClient<paths>({ baseUrl: "/", fetch: answered });
export const $api = createClient(client);
