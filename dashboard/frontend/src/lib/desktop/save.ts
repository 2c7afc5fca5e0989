/** Files for the owner to keep: where they say in the window, among the downloads in a browser. */
import i18next from "i18next";
import { toast } from "sonner";
import { agreed } from "@/lib/agreed";
import { ask, isInWindow, type Saved } from "./bridge";

/** `name`: what the browser has put it under. */
type Kept = Saved | { name: string };

/** What the server answers to a POST; it may name the file better than `name`. */
export async function saveFrom(name: string, path: string, body: unknown): Promise<Kept> {
  if (isInWindow()) return ask("save_from", name, path, body);
  const response = await agreed(path, { body });
  const named = nameIn(response.headers.get("content-disposition")) ?? name;
  download(named, await response.blob());
  return { name: named };
}

export const nameIn = (disposition: string | null) => /filename="([^"]+)"/.exec(disposition ?? "")?.[1];

/** What the page itself has written. */
export async function saveText(name: string, type: string, text: string): Promise<Kept> {
  if (isInWindow()) return ask("save_text", name, text);
  download(name, new Blob([text], { type }));
  return { name };
}

function download(name: string, content: Blob): void {
  const link = Object.assign(document.createElement("a"), {
    href: URL.createObjectURL(content),
    download: name,
  });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // the browser reads it after the click
}

/** Says where the file is; a browser shows its downloads by itself. */
export async function tellOf(saving: Promise<Kept>): Promise<void> {
  try {
    const kept = await saving;
    if ("path" in kept) toast.success(i18next.t("window.saved", { path: kept.path }));
  } catch (trouble) {
    toast.error((trouble as Error).message);
  }
}
