/**
 * The playground's conversations. They live beside the page, so that a look into the log loses nothing and answers
 * come in meanwhile; they end with the window.
 */
import { useSyncExternalStore } from "react";
import type { RecordRow } from "@/api/queries";
import { type Column, reconciled } from "./columns";
import { type Answer, type Facts, isRunning, NO_OPTIONS, type Options, type Turn } from "./conversation";

export interface Session {
  columns: Column[];
  options: Options;
  prompt: string;
  /** Data URLs of the pictures that go with the prompt. */
  pictures: string[];
}

let session: Session = { columns: [], options: NO_OPTIONS, prompt: "", pictures: [] };
let lastId = 0;
const watchers = new Set<() => void>();

export const currentSession = () => session;

export function useSession(): Session {
  return useSyncExternalStore(watch, currentSession);
}

function watch(tell: () => void): () => void {
  watchers.add(tell);
  return () => watchers.delete(tell);
}

export function changeSession(part: Partial<Session>): void {
  session = { ...session, ...part };
  for (const tell of watchers) tell();
}

/** The columns are these models' from now on. */
export function takeModels(names: readonly string[]): void {
  const isSame =
    names.length === session.columns.length && names.every((name, at) => name === session.columns[at]?.model);
  if (!isSame) changeSession({ columns: reconciled(session.columns, names, () => ++lastId) });
}

export function addColumn(model: string): void {
  changeSession({ columns: [...session.columns, { id: ++lastId, model, turns: [] }] });
}

export function removeColumn(id: number): void {
  changeSession({ columns: session.columns.filter((column) => column.id !== id) });
}

export function changeColumn(id: number, change: (column: Column) => Column): void {
  changeSession({ columns: session.columns.map((column) => (column.id === id ? change(column) : column)) });
}

export function changeTurns(id: number, change: (turns: Turn[]) => Turn[]): void {
  changeColumn(id, (column) => ({ ...column, turns: change(column.turns) }));
}

/** One answer of a column. One that was cleared away meanwhile stays away. */
export function changeAnswer(id: number, key: number, change: (answer: Answer) => Answer): void {
  changeTurns(id, (turns) =>
    turns.map((turn) => (turn.kind === "answer" && turn.key === key ? change(turn) : turn)),
  );
}

export const isBusy = (column: Column) => isRunning(column.turns.at(-1));

/** What the log has written of calls, put on the answers that they were. */
export function takeRecords(rows: readonly RecordRow[]): void {
  const facts = new Map(rows.map((row) => [row.request_id, factsOf(row)]));
  const isKnown = (turn: Turn) => turn.kind === "answer" && facts.has(turn.requestId);
  if (!session.columns.some((column) => column.turns.some(isKnown))) return;
  const columns = session.columns.map((column) => ({
    ...column,
    turns: column.turns.map((turn) =>
      turn.kind === "answer" && facts.has(turn.requestId)
        ? { ...turn, facts: facts.get(turn.requestId) }
        : turn,
    ),
  }));
  changeSession({ columns });
}

function factsOf(row: RecordRow): Facts {
  return {
    channel: row.channel_name,
    attempts: row.attempts,
    model: row.model_answered || row.model_sent,
    firstMs: row.first_token_ms,
    durationMs: row.duration_ms,
    inputTokens: row.input_tokens,
    outputTokens: row.output_tokens,
    costUsd: row.cost_usd,
    isEstimated: row.estimated,
  };
}
