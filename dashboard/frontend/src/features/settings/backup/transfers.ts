/** Files that go out and come in: backups, and databases of One-API. Their bodies are bytes, so this fetches itself. */
import type { Schemas } from "@/api";
import { refusalOf } from "@/lib/event-stream";

export type Restored = Schemas["RestoredOut"];
export type Imported = Schemas["ImportedOut"];
export type Moved = Schemas["MovedTokenOut"];

/** Has a backup made and puts it among the browser's downloads; returns its name. */
export async function downloadBackup(asked: {
  captures: boolean;
  passphrase: string | null;
}): Promise<string> {
  const response = await fetch("/api/backup", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(asked),
  });
  if (!response.ok) throw await refusalOf(response);
  const name = nameIn(response.headers.get("content-disposition")) ?? "novapi.novapi-backup";
  save(await response.blob(), name);
  return name;
}

export const nameIn = (disposition: string | null) => /filename="([^"]+)"/.exec(disposition ?? "")?.[1];

function save(content: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // the browser reads it after the click
}

export function restore(file: File, passphrase: string, isDryRun: boolean): Promise<Restored> {
  // A header has no room for other scripts as they are.
  const headers = passphrase ? { "x-novapi-passphrase": encodeURIComponent(passphrase) } : undefined;
  return send(`/api/restore?dry_run=${isDryRun}`, file, headers);
}

export function importOneApi(file: File, isDryRun: boolean): Promise<Imported> {
  return send(`/api/import/one-api?dry_run=${isDryRun}`, file);
}

async function send<T>(address: string, file: File, headers: Record<string, string> = {}): Promise<T> {
  const response = await fetch(address, {
    method: "POST",
    headers: { "content-type": "application/octet-stream", ...headers },
    body: file,
  });
  if (!response.ok) throw await refusalOf(response);
  return response.json();
}
