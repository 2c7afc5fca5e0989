/** Links that lead out of the page: the window shows nothing but Novapi, so the program opens or saves what they name. */
import { toast } from "sonner";
import { ask, isInWindow } from "./bridge";
import { tellOf } from "./save";

/** In the owner's browser, or the app that a deep link is for. */
export function openLink(url: string): void {
  if (isInWindow()) ask("open_link", url).catch((trouble: Error) => toast.error(trouble.message));
  else location.assign(url);
}

/** One listener for the links of all pages; in a browser they are what they are. */
export function takeLinks(): void {
  if (isInWindow()) document.addEventListener("click", take);
}

function take(event: MouseEvent): void {
  const link = (event.target as Element).closest<HTMLAnchorElement>("a[href]");
  if (!link || event.defaultPrevented) return;
  if (link.hasAttribute("download"))
    void tellOf(ask("save_from", link.download, link.pathname + link.search, null));
  else if (link.target === "_blank" || link.origin !== location.origin) openLink(link.href);
  else return;
  event.preventDefault();
}
