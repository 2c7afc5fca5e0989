import { toast } from "sonner";
import { ask, isInWindow } from "./bridge";

/** Tell the owner of something that can't wait: beside the window when they don't look at it, else on the page. */
export async function notify(title: string, text: string): Promise<void> {
  if (isInWindow() && !document.hasFocus() && (await isShown(title, text))) return;
  toast.warning(title, { description: text });
}

async function isShown(title: string, text: string): Promise<boolean> {
  return ask("notify", title, text).then(
    ({ shown }) => shown,
    () => false,
  );
}
