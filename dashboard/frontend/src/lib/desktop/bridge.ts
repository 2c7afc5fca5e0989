/** The bridge from a page in Novapi's own window to the program, which can do what a browser can't. */
import i18next from "i18next";

export interface WindowState {
  platform: "linux" | "windows" | "macos";
  tray: boolean;
  /** Start at login; null where that is not possible. */
  autostart: boolean | null;
  port: number;
  /** The one that is asked for at the next start. */
  wanted_port: number;
}

export type Saved = { path: string; bytes: number } | { cancelled: true };

/** What the program answers; where it fails it says why in `error`. */
interface Methods {
  state: () => WindowState;
  save_from: (name: string, path: string, body: unknown) => Saved;
  save_text: (name: string, text: string) => Saved;
  pick_file: (kind: "model" | "any") => { path: string } | { cancelled: true };
  open_link: (url: string) => object;
  copy: (text: string) => object;
  notify: (title: string, text: string) => { shown: boolean };
  quit: (how: "ask" | "wait" | "now") => { streaming?: number };
  hide: () => object;
  set_autostart: (on: boolean) => { autostart: boolean };
  move_to_port: (port: number) => { url: string };
}

interface PyWebView {
  _returnValuesCallbacks: Record<string, object>;
  _checkValue(
    name: string,
    resolve: (answer: unknown) => void,
    reject: (error: Error) => void,
    id: string,
  ): void;
  _jsApiCallback(name: string, params: unknown[], id: string): void;
}

declare global {
  interface Window {
    pywebview?: PyWebView;
    webkit?: { messageHandlers?: { jsBridge?: unknown } };
    chrome?: { webview?: unknown };
  }
}

const PATIENCE_MS = 10_000; // the window puts its bridge into a page once that has loaded
const LOOK_MS = 25;

/** Whether this is Novapi's own window. Told before the bridge is there, so that a page is drawn right at once. */
export function isInWindow(): boolean {
  return !!(window.webkit?.messageHandlers?.jsBridge ?? window.chrome?.webview);
}

/** Has the program do something; what goes wrong there is an Error with its own words. */
export async function ask<Name extends keyof Methods>(
  name: Name,
  ...params: Parameters<Methods[Name]>
): Promise<ReturnType<Methods[Name]>> {
  const answer = await call(await bridge(), name, params);
  if (answer.error !== undefined) throw new Error(answer.error);
  return answer as ReturnType<Methods[Name]>;
}

async function bridge(): Promise<PyWebView> {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; ) {
    if (window.pywebview) return window.pywebview;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  throw new Error(i18next.t("window.silent"));
}

/** What pywebview's own `pywebview.api` does; that is made of text, which this page's policy forbids. */
function call(pywebview: PyWebView, name: string, params: unknown[]): Promise<{ error?: string }> {
  const id = String(Math.random()).slice(2);
  pywebview._returnValuesCallbacks[name] ??= {};
  return new Promise((resolve, reject) => {
    pywebview._checkValue(name, (answer) => resolve((answer ?? {}) as object), reject, id);
    pywebview._jsApiCallback(name, params, id);
  });
}
