/** A body as people read it: JSON indented, everything else as it is. */
import type { Body } from "./bodies";

export function prettyOf(body: Body): string {
  return body.json === null || body.json === undefined
    ? (body.text ?? "")
    : JSON.stringify(body.json, null, 2);
}
