import { expect, test } from "vitest";
import { asCsv, asJsonLines } from "./export";
import { record } from "./sample";

test("a spreadsheet neither reckons with what an app called itself, nor breaks on it", () => {
  const csv = asCsv([record({ app: '=cmd|"x"', error: "two\nlines, and more", cost_usd: null })]);
  const [head, ...rest] = csv.split("\r\n");
  expect(head?.startsWith("request_id,started_at,key_name,app")).toBe(true);
  expect(rest.join("\r\n")).toContain(`"'=cmd|""x"""`);
  expect(rest.join("\r\n")).toContain('"two\nlines, and more"');
});

test("JSON lines are records as they are", () => {
  const rows = [record(), record({ request_id: "nv_2" })];
  expect(
    asJsonLines(rows)
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line)),
  ).toEqual(rows);
});
