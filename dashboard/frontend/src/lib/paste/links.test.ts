import { describe, expect, test } from "vitest";
import { destinationOf, isPrivate, type KnownProvider, recognise } from ".";

const known: KnownProvider[] = [
  { id: "deepseek", base_url: "https://api.deepseek.com", key_prefixes: [] },
  { id: "openai", base_url: "https://api.openai.com/v1", key_prefixes: ["sk-proj-"] },
  { id: "ollama", base_url: "http://127.0.0.1:11434/v1", key_prefixes: [], local: true },
  { id: "custom", base_url: "", key_prefixes: [] },
];
const SK = "sk-2b7e151628aed2a6abf7158809cf4f3c";
const RELAY = "https://relay.example/v1";
const packed = (told: unknown) => Buffer.from(JSON.stringify(told)).toString("base64");

const refusal = (link: string) => {
  const pasted = recognise(link, known);
  return pasted.kind === "refused" ? pasted.why : pasted.kind;
};

describe("a link of Novapi's own", () => {
  test("names provider, key and channel", () => {
    expect(recognise(`novapi://add?provider=deepseek&key=${SK}&name=My%20%E6%B8%A0%E9%81%93`, known)).toEqual(
      {
        kind: "link",
        channels: [{ providers: ["deepseek"], baseUrl: "", apiKeys: [SK], models: [], name: "My 渠道" }],
      },
    );
  });

  test.each(["novapi://add?", "novapi:add?", "novapi://add/?", "NOVAPI://ADD?", "Add it: novapi://add?"])(
    "may begin as systems and people write it: %s",
    (beginning) => {
      expect(recognise(`${beginning}base_url=${encodeURIComponent(RELAY)}&key=${SK}`, known)).toMatchObject({
        kind: "link",
        channels: [{ providers: ["custom"], baseUrl: RELAY, apiKeys: [SK] }],
      });
    },
  );

  test("needs no key, and no address where it names a provider", () => {
    expect(recognise("novapi://add?provider=DeepSeek", known)).toMatchObject({
      channels: [{ providers: ["deepseek"], apiKeys: [] }],
    });
  });

  test("says which engine runs at its address", () => {
    expect(
      recognise("novapi://add?provider=ollama&base_url=http://192.168.1.5:11434/v1", known),
    ).toMatchObject({ channels: [{ providers: ["ollama"], baseUrl: "http://192.168.1.5:11434/v1" }] });
  });

  test.each(["https://evil.example/v1", "https://api.deepseek.com@evil.example/v1"])(
    "can't pass %s off as a provider's",
    (address) => {
      expect(recognise(`novapi://add?provider=deepseek&base_url=${address}&key=${SK}`, known)).toMatchObject({
        channels: [{ providers: ["custom"], baseUrl: "https://evil.example/v1" }],
      });
    },
  );

  test("is read for itself alone, whatever stands beside it", () => {
    for (const more of [
      `\nOPENAI_API_KEY=${SK}`,
      ` ${SK}`,
      ` curl ${RELAY} -H 'Authorization: Bearer ${SK}'`,
    ])
      expect(refusal(`novapi:x${more}`)).toBe("nothing");
  });

  test("with Novapi's own key brings none", () => {
    expect(recognise("novapi://add?provider=openai&key=nv-0123456789abcdef0123", known).kind).toBe("own-key");
  });
});

describe("refused is a link", () => {
  test.each([
    "novapi:",
    "novapi://",
    "novapi://add",
    "novapi://add?",
    "novapi://add?provider=nobody",
    `novapi://delete?provider=deepseek&key=${SK}`,
    `novapi://added?provider=deepseek&key=${SK}`,
    "novapi://add?%%%=%",
  ])("that asks for nothing: %s", (link) => {
    expect(refusal(link)).toBe("nothing");
  });

  test.each(["command=rm%20-rf%20~", "Command=x", "args=-x", "env=PATH%3D%2Ftmp"])(
    "that brings a command: %s",
    (query) => {
      expect(refusal(`novapi://add?provider=ollama&base_url=http://127.0.0.1:11434&${query}`)).toBe(
        "command",
      );
    },
  );

  test.each(["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "relay.example", "https://"])(
    "whose address is none of the web: %s",
    (address) => {
      const query = `base_url=${encodeURIComponent(address)}&key=${SK}`;
      expect(refusal(`novapi://add?provider=deepseek&${query}`)).toBe("address");
      expect(refusal(`cherrystudio://x?data=${packed({ baseUrl: address, apiKey: SK })}`)).toBe("address");
    },
  );

  test.each(["Deep%00Seek", "Deep%0ASeek", "Deep%1B%5B2JSeek", "%E2%80%AEkeeSpeeD", "%E2%81%A6x"])(
    "with unseen characters: %s",
    (name) => {
      expect(refusal(`novapi://add?provider=deepseek&key=${SK}&name=${name}`)).toBe("characters");
      expect(refusal(`novapi://add?provider=deepseek&key=${SK}${name}`)).toBe("characters");
      const told = { name: decodeURIComponent(name), baseUrl: RELAY, apiKey: SK };
      expect(refusal(`cherrystudio://x?data=${encodeURIComponent(packed(told))}`)).toBe("characters");
    },
  );

  test("that is longer than any the program opens", () => {
    const link = (length: number) => "novapi://add?provider=deepseek&name=".padEnd(length, "x");
    expect(refusal(link(8000))).toBe("link");
    expect(refusal(link(8001))).toBe("long");
  });
});

test("markup in a link is a name like any other", () => {
  expect(recognise("novapi://add?provider=deepseek&name=<img src=x>", known)).toMatchObject({ kind: "link" });
});

describe("where it leads", () => {
  const channel = (told: object) => ({
    providers: [],
    baseUrl: "",
    apiKeys: [],
    models: [],
    name: "",
    ...told,
  });

  test("is the address, else the only provider's", () => {
    expect(destinationOf(channel({ providers: ["custom"], baseUrl: RELAY }), known)).toBe("relay.example");
    expect(destinationOf(channel({ providers: ["openai"] }), known)).toBe("api.openai.com");
    expect(destinationOf(channel({ providers: ["ollama"] }), known)).toBe("127.0.0.1:11434");
    expect(destinationOf(channel({ providers: ["openai", "deepseek"] }), known)).toBe("");
    expect(destinationOf(channel({ providers: ["custom"] }), known)).toBe("");
  });

  test.each([
    "localhost:8080",
    "127.9.9.9",
    "10.0.0.1:80",
    "192.168.1.5:11434",
    "172.16.0.1",
    "172.31.255.255",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "[::1]:3000",
    "[::ffff:7f00:1]",
    "[fd12::1]",
    "[fe80::1]",
    "nas",
    "nas.local",
    "router.lan.",
  ])("%s is the owner's own", (host) => {
    expect(isPrivate(host)).toBe(true);
  });

  test.each([
    "relay.example",
    "8.8.8.8",
    "172.32.0.1",
    "100.128.0.1",
    "110.0.0.1",
    "[2606:4700::1111]:443",
    "local.example",
    "10.0.0.1.example",
  ])("%s is elsewhere", (host) => {
    expect(isPrivate(host)).toBe(false);
  });

  test("is told however the numbers are written", () => {
    for (const host of ["2130706433", "0x7f.1", "0177.0.0.1", "[0:0:0:0:0:0:0:1]"]) {
      const { channels } = recognise(`novapi://add?base_url=http://${host}:80/v1`, known);
      expect(isPrivate(destinationOf(channels[0] ?? channel({}), known))).toBe(true);
    }
  });
});
