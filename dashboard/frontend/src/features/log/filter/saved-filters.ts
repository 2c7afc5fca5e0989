/** Filters under names, kept in this browser. */
import { readStored, store } from "@/lib/stored";
import { type Filters, filtersIn } from "../filters";

const KEY = "novapi.log.filters";

export type SavedFilters = Record<string, Filters>;

export function savedFilters(): SavedFilters {
  try {
    const stored: unknown = JSON.parse(readStored(KEY) ?? "{}");
    const entries = Object.entries(stored as Record<string, Record<string, unknown>>);
    return Object.fromEntries(entries.map(([name, filters]) => [name, filtersIn(filters)]));
  } catch {
    return {}; // somebody else's, or none
  }
}

export function save(name: string, filters: Filters): SavedFilters {
  return keep({ ...savedFilters(), [name]: filters });
}

export function unsave(name: string): SavedFilters {
  const { [name]: _, ...rest } = savedFilters();
  return keep(rest);
}

function keep(filters: SavedFilters): SavedFilters {
  store(KEY, JSON.stringify(filters));
  return filters;
}
