/** What each app must be told, ready to be pasted. Pure: address, key and model in, text out. */
import { packed, powershell, quoted, sh } from "./quoting";

export interface Values {
  /** Without /v1: "http://localhost:3000". */
  base: string;
  key: string;
  model: string;
}

export type Snippet = (values: Values) => string;

const v1 = ({ base }: Values) => `${base}/v1`;

const ping = ({ model }: Values) => JSON.stringify({ model, messages: [{ role: "user", content: "ping" }] });

export const baseUrl: Snippet = v1;
export const apiKey: Snippet = ({ key }) => key;
export const modelName: Snippet = ({ model }) => model;
export const ollamaUrl: Snippet = ({ base }) => `${base}/ollama`;

export const curl: Snippet = (values) => `curl ${sh(`${v1(values)}/chat/completions`)} \\
  -H ${sh(`Authorization: Bearer ${values.key}`)} \\
  -H 'Content-Type: application/json' \\
  -d ${sh(ping(values))}`;

export const invokeRestMethod: Snippet = (values) => `$body = ${powershell(ping(values))}
$answer = Invoke-RestMethod ${v1(values)}/chat/completions -Method Post \`
  -Headers @{ Authorization = ${powershell(`Bearer ${values.key}`)} } \`
  -ContentType 'application/json; charset=utf-8' -Body $body
$answer.choices[0].message.content`;

export const python: Snippet = (values) => `from openai import OpenAI

client = OpenAI(base_url=${quoted(v1(values))}, api_key=${quoted(values.key)})
answer = client.chat.completions.create(
    model=${quoted(values.model)},
    messages=[{"role": "user", "content": "ping"}],
)
print(answer.choices[0].message.content)`;

export const anthropicPython: Snippet = ({ base, key, model }) => `from anthropic import Anthropic

client = Anthropic(base_url=${quoted(base)}, auth_token=${quoted(key)}, api_key=None)
answer = client.messages.create(
    model=${quoted(model)},
    max_tokens=1000,
    messages=[{"role": "user", "content": "ping"}],
)
print(answer.content[0].text)`;

export const langchain: Snippet = (values) => `from langchain_openai import ChatOpenAI

llm = ChatOpenAI(base_url=${quoted(v1(values))}, api_key=${quoted(values.key)}, model=${quoted(values.model)})
print(llm.invoke("ping").content)`;

export const langchainEmbeddings: Snippet = (values) => `from langchain_openai import OpenAIEmbeddings

embeddings = OpenAIEmbeddings(
    base_url=${quoted(v1(values))},
    api_key=${quoted(values.key)},
    model="text-embedding-3-small",
    check_embedding_ctx_length=False,
)`;

export const node: Snippet = (values) => `import OpenAI from "openai";

const client = new OpenAI({ baseURL: ${quoted(v1(values))}, apiKey: ${quoted(values.key)} });
const answer = await client.chat.completions.create({
  model: ${quoted(values.model)},
  messages: [{ role: "user", content: "ping" }],
});
console.log(answer.choices[0].message.content);`;

export const openaiEnvironment: Snippet = (values) => `export OPENAI_BASE_URL=${sh(v1(values))}
export OPENAI_API_KEY=${sh(values.key)}`;

export const claudeCode: Snippet = ({ base, key, model }) => `unset ANTHROPIC_API_KEY
export ANTHROPIC_BASE_URL=${sh(base)}
export ANTHROPIC_AUTH_TOKEN=${sh(key)}
export ANTHROPIC_MODEL=${sh(model)}
claude`;

export const claudeCodePowershell: Snippet = ({ base, key, model }) => `$env:ANTHROPIC_API_KEY = $null
$env:ANTHROPIC_BASE_URL = ${powershell(base)}
$env:ANTHROPIC_AUTH_TOKEN = ${powershell(key)}
$env:ANTHROPIC_MODEL = ${powershell(model)}
claude`;

export const claudeSettings: Snippet = ({ base, key, model }) =>
  JSON.stringify(
    {
      env: {
        ANTHROPIC_BASE_URL: base,
        ANTHROPIC_AUTH_TOKEN: key,
        ANTHROPIC_MODEL: model,
        CLAUDE_CODE_ENABLE_GATEWAY_MODEL_DISCOVERY: "1",
      },
    },
    null,
    2,
  );

export const codex: Snippet = (values) => `model_provider = "novapi"
model = ${quoted(values.model)}

[model_providers.novapi]
name = "Novapi"
base_url = ${quoted(v1(values))}
wire_api = "responses"
experimental_bearer_token = ${quoted(values.key)}`;

export const geminiCli: Snippet = ({ base, key, model }) => `GOOGLE_GEMINI_BASE_URL=${quoted(base)}
GEMINI_API_KEY=${quoted(key)}
GEMINI_MODEL=${quoted(model)}`;

export const vscode: Snippet = (values) =>
  JSON.stringify(
    [
      {
        name: "Novapi",
        vendor: "customoai",
        apiKey: values.key,
        models: [
          {
            id: values.model,
            name: `Novapi ${values.model}`,
            url: `${v1(values)}/chat/completions`,
            toolCalling: true,
            vision: true,
            maxInputTokens: 128000,
            maxOutputTokens: 16000,
          },
        ],
      },
    ],
    null,
    2,
  );

export const continueDev: Snippet = (values) => `models:
  - name: Novapi
    provider: openai
    model: ${quoted(values.model)}
    apiBase: ${quoted(v1(values))}
    apiKey: ${quoted(values.key)}`;

export const zed: Snippet = (values) =>
  JSON.stringify(
    {
      language_models: {
        openai_compatible: {
          Novapi: {
            api_url: v1(values),
            available_models: [
              {
                name: values.model,
                display_name: `Novapi ${values.model}`,
                max_tokens: 128000,
                capabilities: { tools: true, images: true },
              },
            ],
          },
        },
      },
    },
    null,
    2,
  );

export const aider: Snippet = (values) => `openai-api-base: ${quoted(v1(values))}
openai-api-key: ${quoted(values.key)}
model: ${quoted(`openai/${values.model}`)}`;

export const chatboxLink: Snippet = ({ base, key, model }) => {
  const config = {
    id: "novapi",
    name: "Novapi",
    type: "openai",
    urls: { website: base },
    settings: {
      apiHost: base,
      apiPath: "/v1/chat/completions",
      apiKey: key,
      models: [{ modelId: model, nickname: model, type: "chat", capabilities: ["vision", "tool_use"] }],
    },
  };
  return `chatbox://provider/import?config=${encodeURIComponent(packed(config))}`;
};

/** Cherry Studio appends /v1 itself, and reads "_" as "+" and "-" as "/", the reverse of everybody else. */
export const cherryLink: Snippet = ({ base, key }) => {
  const data = packed({ id: "novapi", name: "Novapi", type: "openai", baseUrl: base, apiKey: key });
  return `cherrystudio://providers/api-keys?v=1&data=${encodeURIComponent(data.replaceAll("+", "_").replaceAll("/", "-"))}`;
};

export const deepchatLink: Snippet = (values) => {
  const data = packed({ id: "novapi", baseUrl: v1(values), apiKey: values.key });
  return `deepchat://provider/install?v=1&data=${encodeURIComponent(data)}`;
};

export const ccSwitchLink: Snippet = ({ base, key, model }) =>
  `ccswitch://v1/import?${new URLSearchParams({
    resource: "provider",
    app: "claude",
    name: "Novapi",
    homepage: base,
    endpoint: base,
    apiKey: key,
    model,
  })}`;
