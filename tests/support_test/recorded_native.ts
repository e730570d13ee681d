import { HELLO, MODEL, type Recorded, WEATHER } from "./recorded.ts";

const DURATIONS = {
  total_duration: "number",
  load_duration: "number",
  prompt_eval_count: "number",
  prompt_eval_duration: "number",
  eval_count: "number",
  eval_duration: "number",
};
const LINE = { model: "string", created_at: "string" };
const END = { done: "boolean", done_reason: "string", ...DURATIONS };
const DETAILS = {
  parent_model: "string",
  format: "string",
  family: "string",
  families: ["string"],
  parameter_size: "string",
  quantization_level: "string",
};

/** Ollama 0.17.4's own routes. */
export const RECORDED_NATIVE: readonly Recorded[] = [
  {
    dialect: "ollama",
    path: "/api/chat",
    body: { ...HELLO, stream: false },
    recorded: { ...LINE, message: { role: "string", content: "string" }, ...END },
  },
  {
    dialect: "ollama",
    path: "/api/chat",
    body: HELLO,
    type: "application/x-ndjson",
    recorded: [
      { ...LINE, message: { role: "string", content: "string" }, done: "boolean" },
      { ...LINE, message: { role: "string", content: "string" }, ...END },
    ],
  },
  {
    dialect: "ollama",
    path: "/api/chat",
    body: { ...WEATHER, stream: false },
    recorded: {
      ...LINE,
      message: {
        role: "string",
        content: "string",
        tool_calls: [{
          id: "string",
          function: { index: "number", name: "string", arguments: { city: "string" } },
        }],
      },
      ...END,
    },
  },
  {
    dialect: "ollama",
    path: "/api/chat",
    body: { ...HELLO, model: "nobody" },
    status: 404,
    recorded: { error: "string" },
  },
  {
    dialect: "ollama",
    path: "/api/chat",
    body: { ...HELLO, think: true },
    status: 400,
    recorded: { error: "string" },
  },
  {
    dialect: "ollama",
    path: "/api/chat",
    body: "no object",
    status: 400,
    recorded: { error: "string" },
  },
  {
    dialect: "ollama",
    path: "/api/embed",
    body: { model: MODEL, input: ["a"] },
    recorded: {
      model: "string",
      embeddings: [["number"]],
      total_duration: "number",
      load_duration: "number",
      prompt_eval_count: "number",
    },
  },
  {
    dialect: "ollama",
    path: "/api/generate",
    body: { model: MODEL, keep_alive: 0 },
    recorded: { ...LINE, response: "string", done: "boolean", done_reason: "string" },
  },
  { dialect: "ollama", path: "/api/version", recorded: { version: "string" } },
  {
    dialect: "ollama",
    path: "/api/ps",
    recorded: {
      models: [{
        name: "string",
        model: "string",
        size: "number",
        digest: "string",
        details: DETAILS,
        expires_at: "string",
        size_vram: "number",
        context_length: "number",
      }],
    },
  },
  {
    dialect: "ollama",
    path: "/api/tags",
    recorded: {
      models: [{
        name: "string",
        model: "string",
        modified_at: "string",
        size: "number",
        digest: "string",
        details: DETAILS,
      }],
    },
  },
  {
    dialect: "ollama",
    path: "/api/create",
    body: { model: "b", from: MODEL },
    type: "application/x-ndjson",
    recorded: [{ status: "string" }, { status: "string" }],
  },
  {
    dialect: "ollama",
    path: "/api/create",
    body: { model: "b" },
    status: 400,
    recorded: { error: "string" },
  },
];
