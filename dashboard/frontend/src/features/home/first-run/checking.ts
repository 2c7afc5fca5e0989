/** The staged test of some channels as /api/channels/test tells of it: a pure reducer over its events. */
import type { Schemas } from "@/api";
import type { ServerEvent } from "@/lib/event-stream";

export type Stage = Schemas["StageOut"];

export interface Check {
  id: number;
  name: string;
  stages: Stage[];
  /** undefined while it runs. */
  ok?: boolean;
  model?: string | null;
}

export function take(before: Check[], { event, data }: ServerEvent): Check[] {
  const told = JSON.parse(data);
  if (event === "started") return [...before, { id: told.id, name: told.name, stages: [] }];
  if (event === "stage")
    return changed(before, told.id, (check) => ({ ...check, stages: [...check.stages, told.stage] }));
  if (event === "finished")
    return changed(before, told.id, (check) => ({
      ...check,
      ok: told.ok,
      model: told.model,
      stages: told.stages,
    }));
  return before;
}

function changed(checks: Check[], id: number, change: (check: Check) => Check): Check[] {
  return checks.map((check) => (check.id === id ? change(check) : check));
}

/** What to mend first, if it failed. Tools and JSON a model may do without. */
export function failureOf({ ok, stages }: Check): Stage | undefined {
  return ok === false ? stages.find((stage) => !stage.ok && !stage.skipped) : undefined;
}
