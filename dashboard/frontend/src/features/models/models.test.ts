import { beforeEach, describe, expect, test } from "vitest";
import type { Model } from "@/api/queries";
import { chipsOf, filtered, inOrder, toggled } from "./chips";
import { type Candidate, factsOf, servingOf } from "./facts";
import { favourites, toggleFavourite } from "./favourites";
import { priceOf, typed, typedPrices, withPrices } from "./prices";
import { closest, find } from "./search";

function candidate(given: Partial<Candidate> = {}): Candidate {
  const price = { input: 3, output: 15, cached: 0.3, source: "list" as const };
  return {
    channel_id: 1,
    channel: "A",
    provider: "openai",
    local: false,
    model: "m",
    upstream: "m",
    priority: 0,
    weight: 1,
    vision: null,
    tools: null,
    reasoning: null,
    context_tokens: null,
    price,
    paused: "",
    seconds: null,
    latency_ms: null,
    ...given,
  };
}

function model(name: string, given: Partial<Model> = {}): Model {
  return {
    name,
    channels: ["A"],
    alias_of: [],
    strategy: null,
    chats: true,
    built_in: false,
    candidates: [candidate()],
    ...given,
  };
}

describe("facts", () => {
  test("are those of whoever can do most", () => {
    const facts = factsOf(
      model("m", {
        candidates: [
          candidate({ vision: false, context_tokens: 8000, paused: "failing" }),
          candidate({ vision: true, context_tokens: 128_000, channel: "B" }),
        ],
      }),
    );
    expect(facts).toMatchObject({
      vision: true,
      tools: false,
      context: 128_000,
      free: false,
      unpriced: false,
    });
    expect(facts.next?.channel).toBe("B");
  });

  test("of a model that nobody serves are none", () => {
    expect(factsOf(model("m", { candidates: [] }))).toMatchObject({
      context: null,
      next: null,
      unpriced: false,
    });
  });

  test.each([
    ["text-embedding-3-small", true],
    ["bge-m3", true],
    ["BAAI/bge-large-zh", true],
    ["nomic-embed-text", true],
    ["gpt-4o", false],
    ["image-5", false],
  ])("%s embeds: %s", (upstream, embeds) => {
    expect(factsOf(model("m", { candidates: [candidate({ upstream })] })).embeddings).toBe(embeds);
  });
});

describe("who serves", () => {
  const [high, low, other] = [
    candidate({ channel: "High", priority: 2 }),
    candidate({ channel: "Low", priority: 1 }),
    candidate({ channel: "Other", priority: 2 }),
  ];
  const paused = { ...high, paused: "rate limited" } as Candidate;
  test.each([
    [[high, low], null, { kind: "first", first: high, standIn: low }],
    [[paused, low], null, { kind: "alone", first: low }],
    [[high, other, low], null, { kind: "shared", sharing: [high, other] }],
    [[paused], null, { kind: "nobody" }],
    [[high, low], "cheapest", { kind: "chosen", strategy: "cheapest" }],
    [
      [high, { ...other, model: "n" }],
      "priority",
      { kind: "first", first: high, standIn: { ...other, model: "n" } },
    ],
  ] as const)("%#", (candidates, strategy, serving) => {
    expect(servingOf(model("m", { candidates: [...candidates], strategy }))).toEqual(serving);
  });
});

describe("search", () => {
  const all = ["claude-sonnet-4-5", "gpt-4o", "openai/gpt-4o-mini", "qwen3:8b"].map((name) => ({
    name,
    words: name === "qwen3:8b" ? ["Ollama"] : [],
  }));
  test.each([
    ["gpt4o", ["gpt-4o", "openai/gpt-4o-mini"]],
    ["SONNET claude", ["claude-sonnet-4-5"]],
    ["olla", ["qwen3:8b"]],
    ["  ", all.map((each) => each.name)],
    ["nothing", []],
  ])("%s finds %o", (typed, names) => {
    expect(find(all, typed).map((each) => each.name)).toEqual(names);
  });

  test.each([
    ["cluade", "claude-sonnet-4-5"],
    ["sonet", "claude-sonnet-4-5"],
    ["gtp-4o", "gpt-4o"],
    ["qwn3:8b", "qwen3:8b"],
    ["mistral", null],
    ["x", null],
  ])("%s may mean %s", (typed, name) => {
    const names = all.map((each) => each.name);
    expect(closest(names, typed)).toBe(name);
  });
});

describe("chips", () => {
  const local = factsOf(model("local", { candidates: [candidate({ local: true, tools: true })] }));
  const cloud = factsOf(
    model("cloud", { candidates: [candidate({ tools: true, context_tokens: 1_048_576 })] }),
  );

  test("are read out of the URL, and written into it", () => {
    expect(chipsOf("tools,nonsense,vision")).toEqual(["vision", "tools"]);
    expect(toggled(["tools"], "vision")).toBe("tools,vision");
    expect(toggled(["tools"], "tools")).toBeUndefined();
  });

  test("all hold together", () => {
    const names = (chips: string) =>
      filtered([local, cloud], chipsOf(chips), new Set(["cloud"])).map((each) => each.model.name);
    expect([
      names("tools"),
      names("tools,local"),
      names("1m"),
      names("favourites"),
      names("local,1m"),
    ]).toEqual([["local", "cloud"], ["local"], ["cloud"], ["cloud"], []]);
  });

  test("the order is favourites, aliases, names with their numbers", () => {
    const all = ["b", "a10", "a9"].map((name) => factsOf(model(name)));
    const alias = factsOf(model("z", { alias_of: ["a9"] }));
    const order = inOrder([...all, alias], new Set(["b"]), "en").map((each) => each.model.name);
    expect(order).toEqual(["b", "z", "a9", "a10"]);
  });
});

describe("favourites", () => {
  beforeEach(() => localStorage.clear());

  test("are kept, and let go", () => {
    toggleFavourite("a");
    toggleFavourite("b");
    toggleFavourite("a");
    expect([...favourites()]).toEqual(["b"]);
  });

  test("are none where what is kept is broken", () => {
    localStorage.setItem("novapi.favourites", "{");
    expect(favourites().size).toBe(0);
  });
});

describe("prices", () => {
  const NONE = { price_input: "", price_output: "", price_cached: "", price_cache_written: "" };
  const offered = (name: string, given = {}) => ({
    name,
    upstream: name,
    vision: null,
    tools: null,
    context_tokens: null,
    enabled: false,
    price_input: null,
    price_output: null,
    price_cached: null,
    price_cache_written: null,
    ...given,
  });

  test.each([
    ["", null],
    [" 2.5 ", 2.5],
    ["2,5", 2.5],
    ["0", 0],
    ["free", Number.NaN],
  ])("%s is %d", (text, value) => {
    expect(priceOf(text)).toBe(value);
  });

  test.each([
    [NONE, true],
    [{ ...NONE, price_input: "1", price_output: "2" }, true],
    [{ ...NONE, price_input: "1" }, false],
    [{ ...NONE, price_cached: "1" }, false],
    [{ ...NONE, price_input: "1", price_output: "-2" }, false],
    [{ ...NONE, price_input: "1", price_output: "x" }, false],
    [{ ...NONE, price_input: "1", price_output: "1000001" }, false],
  ])("%o is good: %s", (given, isGood) => {
    expect(typedPrices.safeParse(given).success).toBe(isGood);
  });

  test("of one model are sent with all models of its channel as they are", () => {
    const given = { ...NONE, price_input: "1", price_output: "2" };
    expect(withPrices([offered("a"), offered("b", { upstream: "c", enabled: true })], "b", given)).toEqual([
      { name: "a", upstream: "a", enabled: false },
      {
        name: "b",
        upstream: "c",
        enabled: true,
        price_input: 1,
        price_output: 2,
        price_cached: null,
        price_cache_written: null,
      },
    ]);
  });

  test("stand in the form as they are", () => {
    expect(typed(offered("a", { price_input: 0, price_output: 2.5 }))).toEqual({
      ...NONE,
      price_input: "0",
      price_output: "2.5",
    });
    expect(typed(undefined)).toEqual(NONE);
  });
});
