/** A few chosen records as a file, in the columns of the server's own export. */
import type { RecordRow } from "@/api/queries";

const FORMULA = /^[=+\-@\t\r]/; // what makes a spreadsheet reckon instead of show

export function asJsonLines(rows: RecordRow[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join("");
}

export function asCsv(rows: RecordRow[]): string {
  const columns = Object.keys(rows[0] ?? {}) as (keyof RecordRow)[];
  return [columns, ...rows.map((row) => columns.map((column) => row[column]))]
    .map((cells) => `${cells.map(cell).join(",")}\r\n`)
    .join("");
}

function cell(value: unknown): string {
  const text = value === null ? "" : String(value);
  const harmless = typeof value === "string" && FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
