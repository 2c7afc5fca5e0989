/** Files that go out and come in: backups, and databases of One-API. Their bodies are bytes, so this fetches itself. */
import type { Schemas } from "@/api";
import { refusalOf } from "@/lib/agreed";
import { answered } from "@/lib/answered";
import { saveFrom } from "@/lib/desktop/save";

export type Restored = Schemas["RestoredOut"];
export type Imported = Schemas["ImportedOut"];
export type Moved = Schemas["MovedTokenOut"];

/** Has a backup made and keeps it; tells where. */
export function makeBackup(asked: { captures: boolean; passphrase: string | null }) {
  const today = new Date().toLocaleDateString("sv"); // Sweden writes the days that way: 2026-11-26
  return saveFrom(`novapi-${today}.novapi-backup`, "/api/backup", asked);
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
  const response = await answered(address, {
    method: "POST",
    headers: { "content-type": "application/octet-stream", ...headers },
    body: file,
  });
  if (!response.ok) throw await refusalOf(response);
  return response.json();
}
