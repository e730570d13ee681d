import { HELLO, MODEL, type Recorded, WEATHER } from "./recorded.ts";

const COMPLETION = {
  id: "string",
  object: "string",
  created: "number",
  model: "string",
  system_fingerprint: "string",
};
const TIMINGS = {
  cache_n: "number",
  prompt_n: "number",
  prompt_ms: "number",
  prompt_per_token_ms: "number",
  prompt_per_second: "number",
  predicted_n: "number",
  predicted_ms: "number",
  predicted_per_token_ms: "number",
  predicted_per_second: "number",
};
const TOKENS = { prompt_tokens: "number", completion_tokens: "number", total_tokens: "number" };

/** `/v1` of Ollama 0.17.4 and of llama.cpp's server. */
export const RECORDED_V1: readonly Recorded[] = [
  {
    dialect: "ollama",
    path: "/v1/chat/completions",
    body: HELLO,
    recorded: {
      ...COMPLETION,
      choices: [{
        index: "number",
        message: { role: "string", content: "string" },
        finish_reason: "string",
      }],
      usage: TOKENS,
    },
  },
  {
    dialect: "ollama",
    path: "/v1/chat/completions",
    body: { ...HELLO, stream: true, stream_options: { include_usage: true } },
    type: "text/event-stream",
    recorded: [
      {
        ...COMPLETION,
        choices: [{
          index: "number",
          delta: { role: "string", content: "string" },
          finish_reason: "null",
        }],
      },
      {
        ...COMPLETION,
        choices: [{
          index: "number",
          delta: { role: "string", content: "string" },
          finish_reason: "string",
        }],
      },
      { ...COMPLETION, choices: [], usage: TOKENS },
    ],
  },
  {
    dialect: "ollama",
    path: "/v1/chat/completions",
    body: { ...WEATHER, stream: true },
    type: "text/event-stream",
    recorded: [
      {
        ...COMPLETION,
        choices: [{
          index: "number",
          delta: {
            role: "string",
            content: "string",
            tool_calls: [{
              id: "string",
              index: "number",
              type: "string",
              function: { name: "string", arguments: "string" },
            }],
          },
          finish_reason: "null",
        }],
      },
      {
        ...COMPLETION,
        choices: [{
          index: "number",
          delta: { role: "string", content: "string" },
          finish_reason: "string",
        }],
      },
    ],
  },
  {
    dialect: "ollama",
    path: "/v1/chat/completions",
    body: { ...HELLO, model: "nobody" },
    status: 404,
    recorded: { error: { message: "string", type: "string", param: "null", code: "null" } },
  },
  {
    dialect: "ollama",
    path: "/v1/models",
    recorded: {
      object: "string",
      data: [{ id: "string", object: "string", created: "number", owned_by: "string" }],
    },
  },
  {
    dialect: "ollama",
    path: "/v1/embeddings",
    body: { model: MODEL, input: ["a"] },
    recorded: {
      object: "string",
      data: [{ object: "string", embedding: ["number"], index: "number" }],
      model: "string",
      usage: { prompt_tokens: "number", total_tokens: "number" },
    },
  },
  {
    dialect: "llama_cpp",
    path: "/v1/chat/completions",
    body: HELLO,
    recorded: {
      ...COMPLETION,
      choices: [{
        index: "number",
        message: { role: "string", content: "string" },
        finish_reason: "string",
      }],
      usage: { ...TOKENS, prompt_tokens_details: { cached_tokens: "number" } },
      timings: TIMINGS,
    },
  },
  {
    dialect: "llama_cpp",
    path: "/v1/chat/completions",
    body: { ...HELLO, stream: true, stream_options: { include_usage: true } },
    type: "text/event-stream",
    recorded: [
      {
        ...COMPLETION,
        choices: [{
          index: "number",
          delta: { role: "string", content: "null" },
          finish_reason: "null",
        }],
      },
      {
        ...COMPLETION,
        choices: [{ index: "number", delta: { content: "string" }, finish_reason: "null" }],
      },
      { ...COMPLETION, choices: [{ index: "number", delta: {}, finish_reason: "string" }] },
      {
        ...COMPLETION,
        choices: [],
        usage: { ...TOKENS, prompt_tokens_details: { cached_tokens: "number" } },
        timings: TIMINGS,
      },
    ],
  },
  {
    dialect: "llama_cpp",
    path: "/v1/chat/completions",
    body: { ...HELLO, messages: [{ role: "user", content: "owl ".repeat(40_000) }] },
    status: 400,
    recorded: {
      error: {
        code: "number",
        message: "string",
        type: "string",
        n_prompt_tokens: "number",
        n_ctx: "number",
      },
    },
  },
  {
    dialect: "llama_cpp",
    path: "/nope",
    status: 404,
    recorded: { error: { message: "string", type: "string", code: "number" } },
  },
  { dialect: "llama_cpp", path: "/health", recorded: { status: "string" } },
];
