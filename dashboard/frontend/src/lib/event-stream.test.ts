import { afterEach, describe, expect, test, vi } from "vitest";
import { eventParser, eventStream, readEvents, type ServerEvent } from "./event-stream";

afterEach(() => vi.unstubAllGlobals());

const bytes = (text: string) => new TextEncoder().encode(text);
const answer = (...chunks: Uint8Array[]) =>
  new Response(
    new ReadableStream({
      start(controller) {
        for (const chunk of chunks) controller.enqueue(chunk);
        controller.close();
      },
    }),
  );

async function all(events: AsyncIterable<ServerEvent>): Promise<ServerEvent[]> {
  const told: ServerEvent[] = [];
  for await (const event of events) told.push(event);
  return told;
}

describe("events", () => {
  test("have a name, or are messages; several lines of data are one text", () => {
    const parse = eventParser();
    expect(parse("event: stage\ndata: a\n\ndata: b\ndata: c\n\n")).toEqual([
      { event: "stage", data: "a" },
      { event: "message", data: "b\nc" },
    ]);
  });

  test("are the same however the text is cut, and whatever ends its lines", () => {
    for (const end of ["\n", "\r\n", "\r"]) {
      const parse = eventParser();
      const text = `event: x${end}data: one${end}${end}data: two${end}${end}data: three${end}${end}.`;
      expect([...text].flatMap((letter) => parse(letter))).toEqual([
        { event: "x", data: "one" },
        { event: "message", data: "two" },
        { event: "message", data: "three" },
      ]);
    }
  });

  test("without data, and comments, are none", () => {
    expect(eventParser()(": still alive\n\nevent: nothing\n\ndata\n\n")).toEqual([
      { event: "message", data: "" },
    ]);
  });

  test("keep letters whose bytes come in two pieces", async () => {
    const text = bytes("data: 渠道\n\n");
    expect(await all(readEvents(answer(text.slice(0, 8), text.slice(8))))).toEqual([
      { event: "message", data: "渠道" },
    ]);
  });

  test("that the end cuts in half are dropped", async () => {
    expect(await all(readEvents(answer(bytes("data: whole\n\ndata: ha"))))).toEqual([
      { event: "message", data: "whole" },
    ]);
  });
});

test("whoever leaves the loop hangs up", async () => {
  const cancelled = vi.fn();
  const endless = new Response(
    new ReadableStream({
      pull: (controller) => controller.enqueue(bytes("data: again\n\n")),
      cancel: cancelled,
    }),
  );
  for await (const _event of readEvents(endless)) break;
  expect(cancelled).toHaveBeenCalledOnce();
});

test("a body is posted as JSON, along with the headers", async () => {
  const fetched = vi.fn(async () => answer(bytes("event: done\ndata: {}\n\n")));
  vi.stubGlobal("fetch", fetched);
  const told = await all(
    eventStream("/api/channels/test", { body: { ids: [1] }, headers: { "x-novapi-app": "a" } }),
  );
  expect(told).toEqual([{ event: "done", data: "{}" }]);
  expect(fetched).toHaveBeenCalledWith(
    "/api/channels/test",
    expect.objectContaining({
      method: "POST",
      body: '{"ids":[1]}',
      headers: { "content-type": "application/json", "x-novapi-app": "a" },
    }),
  );
});
