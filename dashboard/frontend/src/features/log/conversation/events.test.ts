import { describe, expect, test } from "vitest";
import { eventsOf } from "./events";

const SSE = 'event: a\ndata: {"n":1}\n\n: still alive\n\ndata: {"n":2}\n\ndata: [DONE]\n\n';

describe("server-sent events", () => {
  test("have their names, data and times; comments are none", () => {
    expect(eventsOf([[5, SSE]])).toEqual([
      { ms: 5, name: "a", data: '{"n":1}', json: { n: 1 } },
      { ms: 5, name: "", data: '{"n":2}', json: { n: 2 } },
      { ms: 5, name: "", data: "[DONE]", json: undefined },
    ]);
  });

  test("may be cut anywhere; an event came when its last piece did", () => {
    const whole = eventsOf([[0, SSE]]).map((event) => event.data);
    for (let at = 1; at < SSE.length; at++) {
      const events = eventsOf([
        [1, SSE.slice(0, at)],
        [2, SSE.slice(at)],
      ]);
      expect(events.map((event) => event.data)).toEqual(whole);
      expect(events.at(-1)?.ms).toBe(2);
    }
  });

  test("may end lines by CR LF, and hold several lines of data", () => {
    expect(eventsOf([[0, "data: a\r\ndata: b\r\n\r\ndata:c"]]).map((event) => event.data)).toEqual([
      "a\nb",
      "c",
    ]);
  });
});

test("JSON lines are events as well", () => {
  expect(
    eventsOf([
      [1, '{"n":1}\n{"n"'],
      [2, ":2}\n"],
    ]).map(({ ms, json }) => [ms, json]),
  ).toEqual([
    [1, { n: 1 }],
    [2, { n: 2 }],
  ]);
});

test("nothing has no events", () => {
  expect(eventsOf([])).toEqual([]);
  expect(eventsOf([[0, ""]])).toEqual([]);
});
