/** How an engine is started, as it stands in a form. */
import { z } from "zod";
import type { Channel } from "@/api/queries";
import { amount, entriesOf, lines, linesOf, numberOf, textOf } from "../fields";
import type { ChannelPatch } from "../use-channels";

const TEXTS = ["command", "group", "cwd", "ready_path", "ready_pattern", "stop_command"] as const;
export const SWITCHES = ["start_at_launch", "keep_running", "shell"] as const;

export type TextName = (typeof TEXTS)[number] | "env" | "idle_stop_s";
export type EngineTyped = Record<TextName, string> & Record<(typeof SWITCHES)[number], boolean>;

export const NO_ENGINE: EngineTyped = {
  command: "",
  group: "default",
  cwd: "",
  ready_path: "",
  ready_pattern: "",
  stop_command: "",
  env: "",
  idle_stop_s: "",
  start_at_launch: false,
  keep_running: false,
  shell: false,
};

export function engineTyped(channel: Channel): EngineTyped {
  const same = Object.fromEntries([...TEXTS, ...SWITCHES].map((name) => [name, channel[name]]));
  return { ...NO_ENGINE, ...same, env: linesOf(channel.env, "="), idle_stop_s: textOf(channel.idle_stop_s) };
}

export function enginePatch({ env, idle_stop_s, ...same }: EngineTyped): ChannelPatch {
  return { ...same, env: entriesOf(env, "=") ?? {}, idle_stop_s: numberOf(idle_stop_s) };
}

/** `words`: what is said where a line of the environment, or a number of seconds, is none. */
export function engineSchema(words: { env: string; seconds: string }) {
  const text = z.string();
  return z.object({
    command: text,
    group: text.max(50),
    cwd: text,
    ready_path: text,
    ready_pattern: text,
    stop_command: text,
    env: lines(words.env, "="),
    idle_stop_s: amount(words.seconds, { least: 1 }),
    start_at_launch: z.boolean(),
    keep_running: z.boolean(),
    shell: z.boolean(),
  });
}
