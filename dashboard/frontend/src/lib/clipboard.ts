import { ask, isInWindow } from "@/lib/desktop/bridge";

/** Put text on the clipboard. Pages that may not use it themselves have Novapi's window do it, or the old command. */
export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    if (!((await copyByProgram(text)) || copyBySelection(text)))
      throw new Error("The clipboard can't be used.");
  }
}

async function copyByProgram(text: string): Promise<boolean> {
  if (!isInWindow()) return false;
  return ask("copy", text).then(
    () => true,
    () => false,
  );
}

function copyBySelection(text: string): boolean {
  const area = document.createElement("textarea");
  area.value = text;
  area.style.position = "fixed";
  area.style.opacity = "0";
  // Inside the open dialog, if there is one: outside of it nothing can have the focus.
  (document.querySelector("[role=dialog]") ?? document.body).append(area);
  area.select();
  const isCopied = document.execCommand("copy");
  area.remove();
  return isCopied;
}
