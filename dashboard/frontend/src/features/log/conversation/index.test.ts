import { describe, expect, test } from "vitest";
import { answered, asked, type Spoken } from ".";
import type { Part } from "./types";

const PNG = "iVBORw0KGgo=";
const spoken = (dialect: string, endpoint = "x"): Spoken => ({ dialect, endpoint });
const CHAT = spoken("openai-chat", "chat/completions");
const ask = (who: Spoken, json: unknown) => asked(who, { text: JSON.stringify(json), json });
const stream = (...events: unknown[]) =>
  events.map((each) => `data: ${typeof each === "string" ? each : JSON.stringify(each)}\n\n`).join("");
const told = (who: Spoken, ...events: unknown[]) => answered(who, { text: stream(...events), json: null });

const words = (text: string): Part => ({ kind: "text", text });
const call: Part = { kind: "call", id: "c1", name: "weather", args: '{\n  "city": "Bonn"\n}' };
const ARGS = '{"city": "Bonn"}';

describe("what was asked, in every dialect", () => {
  const conversation = [
    { role: "system", parts: [words("Be brief.")] },
    { role: "user", parts: [words("Weather?"), { kind: "image", url: `data:image/png;base64,${PNG}` }] },
    { role: "assistant", parts: [{ kind: "reasoning", text: "Hm." }, call] },
    { role: "tool", parts: [{ kind: "result", id: "c1", name: "", text: "sunny", isError: false }] },
  ];
  const image = `data:image/png;base64,${PNG}`;

  test("Chat Completions", () => {
    const body = {
      model: "m",
      temperature: 0.2,
      messages: [
        { role: "developer", content: "Be brief." },
        {
          role: "user",
          content: [
            { type: "text", text: "Weather?" },
            { type: "image_url", image_url: { url: image } },
          ],
        },
        {
          role: "assistant",
          reasoning_content: "Hm.",
          content: null,
          tool_calls: [{ id: "c1", type: "function", function: { name: "weather", arguments: ARGS } }],
        },
        { role: "tool", tool_call_id: "c1", content: "sunny" },
      ],
      tools: [{ type: "function", function: { name: "weather" } }],
    };
    const { turns, tools, settings } = ask(CHAT, body);
    expect(turns).toEqual(conversation);
    expect([tools, settings]).toEqual([["weather"], [["temperature", "0.2"]]]);
  });

  test("Responses", () => {
    const body = {
      instructions: "Be brief.",
      input: [
        {
          role: "user",
          content: [
            { type: "input_text", text: "Weather?" },
            { type: "input_image", image_url: image },
          ],
        },
        { type: "reasoning", summary: [{ type: "summary_text", text: "Hm." }] },
        { type: "function_call", call_id: "c1", name: "weather", arguments: ARGS },
        { type: "function_call_output", call_id: "c1", output: "sunny" },
      ],
      tools: [{ type: "function", name: "weather" }, { type: "web_search" }],
      reasoning: { effort: "low" },
    };
    const { turns, tools, settings } = ask(spoken("openai-responses", "responses"), body);
    const [system, user, both, tool] = conversation;
    expect(turns).toEqual([
      system,
      user,
      { role: "assistant", parts: [both?.parts[0]] },
      { role: "assistant", parts: [call] },
      tool,
    ]);
    expect([tools, settings]).toEqual([["weather", "web_search"], [["reasoning", '{"effort":"low"}']]]);
  });

  test("Anthropic's Messages", () => {
    const body = {
      system: [{ type: "text", text: "Be brief.", cache_control: { type: "ephemeral" } }],
      max_tokens: 9,
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "Weather?" },
            { type: "image", source: { type: "base64", media_type: "image/png", data: PNG } },
          ],
        },
        {
          role: "assistant",
          content: [
            { type: "thinking", thinking: "Hm.", signature: "x" },
            { type: "tool_use", id: "c1", name: "weather", input: { city: "Bonn" } },
          ],
        },
        {
          role: "user",
          content: [{ type: "tool_result", tool_use_id: "c1", content: [{ type: "text", text: "sunny" }] }],
        },
      ],
      tools: [{ name: "weather" }],
    };
    const { turns, tools } = ask(spoken("anthropic", "messages"), body);
    expect(turns).toEqual([...conversation.slice(0, 3), { role: "user", parts: conversation[3]?.parts }]);
    expect(tools).toEqual(["weather"]);
  });

  test("Gemini", () => {
    const body = {
      systemInstruction: { parts: [{ text: "Be brief." }] },
      contents: [
        { role: "user", parts: [{ text: "Weather?" }, { inlineData: { mimeType: "image/png", data: PNG } }] },
        {
          role: "model",
          parts: [
            { text: "Hm.", thought: true },
            { functionCall: { id: "c1", name: "weather", args: { city: "Bonn" } } },
          ],
        },
        {
          role: "function",
          parts: [{ functionResponse: { id: "c1", name: "weather", response: { is: "sunny" } } }],
        },
      ],
      tools: [{ functionDeclarations: [{ name: "weather" }] }, { googleSearch: {} }],
      generationConfig: { temperature: 1 },
    };
    const { turns, tools, settings } = ask(spoken("gemini", "generateContent"), body);
    expect(turns.slice(0, 3)).toEqual(conversation.slice(0, 3));
    expect(turns[3]?.parts[0]).toMatchObject({ kind: "result", id: "c1", text: '{\n  "is": "sunny"\n}' });
    expect([tools, settings]).toEqual([["weather", "googleSearch"], [["temperature", "1"]]]);
  });

  test("Ollama", () => {
    const body = {
      messages: [
        { role: "system", content: "Be brief." },
        { role: "user", content: "Weather?", images: [PNG] },
        {
          role: "assistant",
          thinking: "Hm.",
          content: "",
          tool_calls: [{ function: { name: "weather", arguments: { city: "Bonn" } } }],
        },
        { role: "tool", tool_name: "weather", content: "sunny" },
      ],
      options: { num_ctx: 4096 },
    };
    const { turns, settings } = ask(spoken("ollama", "api/chat"), body);
    expect(turns.slice(0, 2)).toEqual(conversation.slice(0, 2));
    expect(turns[2]?.parts[1]).toEqual({ ...call, id: "weather" });
    expect(turns[3]?.parts[0]).toMatchObject({ kind: "result", id: "weather", text: "sunny" });
    expect(settings).toEqual([["num_ctx", "4096"]]);
  });

  test.each([
    [spoken("openai-chat", "completions"), { prompt: "Once" }, ["Once"]],
    [spoken("openai-chat", "embeddings"), { input: ["one", "two"] }, ["one", "two"]],
    [spoken("openai-chat", "embeddings"), { input: [1, 2] }, ["[1,2]"]],
    [spoken("openai-chat", "rerank"), { query: "q", documents: ["a", { text: "b" }] }, ["q", "a", "b"]],
    [spoken("ollama", "api/generate"), { prompt: "Once" }, ["Once"]],
    [spoken("ollama", "api/embed"), { input: ["one", "two"] }, ["one", "two"]],
    [spoken("gemini", "embedContent"), { content: { parts: [{ text: "one" }] } }, ["one"]],
    [
      spoken("gemini", "batchEmbedContents"),
      { requests: [{ content: { parts: [{ text: "one" }] } }] },
      ["one"],
    ],
  ])("%j", (who, body, expected) => {
    const texts = ask(who, body).turns.flatMap((turn) =>
      turn.parts.map((part) => part.kind === "text" && part.text),
    );
    expect(texts).toEqual(expected);
  });

  test("a request that was cut is read as far as it was kept", () => {
    const text = '{"model":"m","messages":[{"role":"user","content":"Very lo';
    expect(asked(CHAT, { text, json: null, truncated: true }).turns[0]?.parts).toEqual([words("Very lo")]);
  });
});

describe("what was answered at once", () => {
  test.each([
    [CHAT, { choices: [{ message: { content: "Sunny" }, finish_reason: "stop" }] }, "stop"],
    [
      spoken("openai-responses"),
      {
        status: "completed",
        output: [{ type: "message", role: "assistant", content: [{ type: "output_text", text: "Sunny" }] }],
      },
      "completed",
    ],
    [
      spoken("anthropic"),
      { content: [{ type: "text", text: "Sunny" }], stop_reason: "end_turn" },
      "end_turn",
    ],
    [
      spoken("gemini"),
      { candidates: [{ content: { parts: [{ text: "Sunny" }] }, finishReason: "STOP" }] },
      "STOP",
    ],
    [spoken("ollama"), { message: { content: "Sunny" }, done: true, done_reason: "stop" }, "stop"],
    [spoken("ollama"), { response: "Sunny", done: true, done_reason: "stop" }, "stop"],
    [
      spoken("openai-chat", "completions"),
      { choices: [{ text: "Sunny", finish_reason: "length" }] },
      "length",
    ],
  ])("%j", (who, json, finish) => {
    const answer = answered(who, { text: JSON.stringify(json), json });
    expect(answer).toEqual({ turns: [{ role: "assistant", parts: [words("Sunny")] }], finish });
  });

  test.each([
    [CHAT, { error: { message: "Novapi: no." } }],
    [spoken("openai-responses"), { error: { message: "Novapi: no." } }],
    [spoken("anthropic"), { type: "error", error: { type: "x", message: "Novapi: no." } }],
    [spoken("gemini"), { error: { code: 404, message: "Novapi: no." } }],
    [spoken("ollama"), { error: "Novapi: no." }],
    [spoken("openai-chat", "embeddings"), { error: { message: "Novapi: no." } }],
  ])("an error of %j", (who, json) => {
    const { turns } = answered(who, { text: JSON.stringify(json), json });
    expect(turns).toEqual([{ role: "assistant", parts: [{ kind: "error", text: "Novapi: no." }] }]);
  });

  test.each([
    [spoken("openai-chat", "embeddings"), { data: [{ embedding: [1, 2, 3, 4, 5] }] }, [1, 2, 3, 4]],
    [spoken("openai-chat", "embeddings"), { data: [{ embedding: btoa("x".repeat(20)) }] }, []],
    [spoken("ollama"), { embeddings: [[1, 2, 3, 4, 5]] }, [1, 2, 3, 4]],
    [spoken("gemini"), { embedding: { values: [1, 2, 3, 4, 5] } }, [1, 2, 3, 4]],
  ])("embeddings of %j", (who, json, begin) => {
    const { turns } = answered(who, { text: "", json });
    expect(turns[0]?.parts).toEqual([{ kind: "vector", size: 5, begin }]);
  });
});

describe("what was streamed is put together", () => {
  const expected = [{ kind: "reasoning", text: "Hm." }, words("Let me see."), call];
  const said = (parts: Part[], finish: string) => ({ turns: [{ role: "assistant", parts }], finish });

  test("Chat Completions", () => {
    const delta = (value: unknown, finish_reason: string | null = null) => ({
      choices: [{ index: 0, delta: value, finish_reason }],
    });
    const piece = (value: object) => delta({ tool_calls: [{ index: 0, ...value }] });
    const answer = told(
      CHAT,
      delta({ role: "assistant", reasoning_content: "H" }),
      delta({ reasoning_content: "m." }),
      delta({ content: "Let me" }),
      delta({ content: " see." }),
      piece({ id: "c1", function: { name: "weather", arguments: "" } }),
      piece({ function: { arguments: '{"city": ' } }),
      piece({ function: { arguments: '"Bonn"}' } }),
      delta({}, "tool_calls"),
      { choices: [], usage: {} },
      "[DONE]",
    );
    expect(answer).toEqual(said(expected as Part[], "tool_calls"));
  });

  test("Responses, with or without the whole at the end", () => {
    const events = [
      { type: "response.created", response: { output: [] } },
      { type: "response.output_item.added", output_index: 0, item: { type: "reasoning", summary: [] } },
      { type: "response.reasoning_summary_text.delta", output_index: 0, delta: "H" },
      { type: "response.reasoning_summary_text.delta", output_index: 0, delta: "m." },
      {
        type: "response.output_item.added",
        output_index: 1,
        item: { type: "message", role: "assistant", content: [] },
      },
      { type: "response.output_text.delta", output_index: 1, delta: "Let me" },
      { type: "response.output_text.delta", output_index: 1, delta: " see." },
      {
        type: "response.output_item.added",
        output_index: 2,
        item: { type: "function_call", call_id: "c1", name: "weather", arguments: "" },
      },
      { type: "response.function_call_arguments.delta", output_index: 2, delta: '{"city": ' },
      { type: "response.function_call_arguments.delta", output_index: 2, delta: '"Bonn"}' },
    ];
    const { turns } = told(spoken("openai-responses"), ...events);
    expect(turns.flatMap((each) => each.parts)).toEqual(expected);

    const output = [
      { type: "message", role: "assistant", content: [{ type: "output_text", text: "Whole" }] },
    ];
    const end = { type: "response.completed", response: { status: "completed", output } };
    expect(told(spoken("openai-responses"), ...events, end)).toEqual(said([words("Whole")], "completed"));
  });

  test("Anthropic's Messages", () => {
    const begin = (index: number, content_block: unknown) => ({
      type: "content_block_start",
      index,
      content_block,
    });
    const delta = (index: number, value: unknown) => ({ type: "content_block_delta", index, delta: value });
    const answer = told(
      spoken("anthropic"),
      { type: "message_start", message: { content: [] } },
      begin(0, { type: "thinking", thinking: "" }),
      delta(0, { type: "thinking_delta", thinking: "Hm." }),
      delta(0, { type: "signature_delta", signature: "x" }),
      begin(1, { type: "text", text: "" }),
      delta(1, { type: "text_delta", text: "Let me" }),
      { type: "ping" },
      delta(1, { type: "text_delta", text: " see." }),
      begin(2, { type: "tool_use", id: "c1", name: "weather", input: {} }),
      delta(2, { type: "input_json_delta", partial_json: '{"city": ' }),
      delta(2, { type: "input_json_delta", partial_json: '"Bonn"}' }),
      { type: "message_delta", delta: { stop_reason: "tool_use" } },
      { type: "message_stop" },
    );
    expect(answer).toEqual(said(expected as Part[], "tool_use"));
  });

  const gemini = (...parts: unknown[]) => ({ candidates: [{ content: { role: "model", parts } }] });
  const pieces = [
    gemini({ text: "Hm.", thought: true }),
    gemini({ text: "Let me" }),
    gemini({ text: " see." }),
    gemini({ functionCall: { id: "c1", name: "weather", args: { city: "Bonn" } } }),
  ];

  test("Gemini, as events or as one list", () => {
    expect(told(spoken("gemini"), ...pieces)).toEqual(said(expected as Part[], ""));
    expect(answered(spoken("gemini"), { text: "", json: pieces })).toEqual(said(expected as Part[], ""));
  });

  test("Ollama, a line each", () => {
    const lines = [
      { message: { thinking: "Hm.", content: "" } },
      { message: { content: "Let me" } },
      {
        message: {
          content: " see.",
          tool_calls: [{ function: { name: "weather", arguments: { city: "Bonn" } } }],
        },
      },
      { done: true, done_reason: "stop" },
    ];
    const text = lines.map((each) => `${JSON.stringify(each)}\n`).join("");
    const parts = [...expected.slice(0, 2), { ...call, id: "weather" }];
    expect(answered(spoken("ollama"), { text, json: null })).toEqual(said(parts as Part[], "stop"));
  });

  test("Completions", () => {
    const answer = told(
      spoken("openai-chat", "completions"),
      { choices: [{ text: "Let me" }] },
      { choices: [{ text: " see." }] },
    );
    expect(answer).toEqual(said([words("Let me see.")], ""));
  });

  test.each([
    [CHAT, { error: { message: "broke off" } }],
    [spoken("anthropic"), { type: "error", error: { message: "broke off" } }],
    [spoken("openai-responses"), { type: "error", message: "broke off" }],
    [spoken("openai-responses"), { type: "response.failed", response: { error: { message: "broke off" } } }],
    [spoken("gemini"), { error: { message: "broke off" } }],
  ])("the error in the middle of a stream of %j is shown", (who, event) => {
    const parts = told(who, event).turns.flatMap((each) => each.parts);
    expect(parts).toEqual([{ kind: "error", text: "broke off" }]);
  });
});

describe("whatever an app may have sent, nothing breaks", () => {
  const hostile = [
    null,
    [],
    7,
    "text",
    { messages: 3, contents: {}, input: {}, tools: "x", system: 5 },
    {
      messages: [null, 1, "x", [], { content: [null, 1, { type: null }] }],
      input: [null, [], { type: "message", content: 4 }],
    },
    {
      contents: [null, { parts: [null, 3] }],
      choices: [null, { message: 5 }],
      content: [null, 4],
      output: [null, 9],
    },
    { data: [null, 3], candidates: [null, { content: { parts: [null] } }], embeddings: [null, 4], error: [] },
  ];
  const everyone = ["openai-chat", "openai-responses", "anthropic", "gemini", "ollama", "unknown"].flatMap(
    (dialect) => [spoken(dialect, "chat/completions"), spoken(dialect, "embeddings")],
  );

  test.each(everyone)("%j", (who) => {
    for (const json of hostile) {
      ask(who, json);
      answered(who, { text: JSON.stringify(json), json });
      answered(who, { text: stream(json), json: null });
    }
    answered(who, { text: null });
    asked(who, { text: "\u0000 no JSON" });
  });
});
