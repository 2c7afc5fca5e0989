/** Which models are asked, and how the address names them: `?models=a,b`. Pure. */
import type { Turn } from "./conversation";

export const MOST = 4;

export interface Column {
  id: number;
  model: string;
  turns: Turn[];
}

/** The names of `?models=`; a comma inside a name is written %2C. */
export function namesOf(models: string | undefined): string[] {
  return (models ?? "")
    .split(",")
    .map((name) => name.replace(/%2C/gi, ",").replace(/%25/g, "%").trim())
    .filter(Boolean)
    .slice(0, MOST);
}

export function addressOf(names: readonly string[]): string {
  return names.map((name) => name.replace(/%/g, "%25").replace(/,/g, "%2C")).join(",");
}

/** Columns for these models: whoever has a conversation with one of them keeps it, the others begin anew. */
export function reconciled(
  columns: readonly Column[],
  names: readonly string[],
  newId: () => number,
): Column[] {
  const left = [...columns];
  const take = (index: number) => left.splice(index, 1)[0];
  return names.map((model, place) => {
    const same = left.findIndex((column) => column.model === model && column === columns[place]);
    const index = same >= 0 ? same : left.findIndex((column) => column.model === model);
    return (index >= 0 && take(index)) || { id: newId(), model, turns: [] };
  });
}
