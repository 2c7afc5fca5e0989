/** Which key and which model an app is shown with. */
import type { Model } from "@/api/queries";

const ECHO = "novapi/echo";

/** What is likely meant: `auto` or another alias, else a model that chats, else the one that is always there. */
export function likelyModel(models: Model[]): string {
  const aliases = models.filter(({ alias_of }) => alias_of.length);
  const chatting = models.filter(({ name, chats }) => chats && !name.includes("*") && name !== ECHO);
  const likely = aliases.find(({ name }) => name === "auto") ?? aliases[0] ?? chatting[0];
  return likely?.name ?? ECHO;
}
