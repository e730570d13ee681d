import type { JsonSchema, ToolDefinition } from "../../../../lib/models/mod.ts";
import type { Dialect, ScriptedMessage, ScriptedRequest, ScriptedToolCall } from "../types.ts";

type Json = Record<string, unknown>;

const object = (value: unknown): Json =>
  typeof value === "object" && value !== null ? value as Json : {};
const number = (value: unknown) => typeof value === "number" ? value : undefined;
const list = (value: unknown): unknown[] => Array.isArray(value) ? value : [];

/** The neutral form of `POST /api/chat`. */
export function parseNative(raw: Json, dialect: Dialect): ScriptedRequest {
  const options = object(raw["options"]);
  return finish({
    api: "native",
    dialect,
    raw,
    schema: typeof raw["format"] === "object" ? raw["format"] as JsonSchema : undefined,
    maxTokens: number(options["num_predict"]),
    stop: list(options["stop"]).map(String),
    seed: number(options["seed"]),
    temperature: number(options["temperature"]) ?? 0.8,
    numCtx: number(options["num_ctx"]),
    // Ollama has no tool_choice: what comes is ignored.
    toolChoice: "auto",
    stream: raw["stream"] !== false,
    includeUsage: true,
    think: typeof raw["think"] === "boolean" ? raw["think"] : undefined,
    truncate: raw["truncate"] !== false,
  });
}

/** The neutral form of `POST /v1/chat/completions`. */
export function parseV1(raw: Json, dialect: Dialect): ScriptedRequest {
  const format = object(raw["response_format"]);
  const schema = object(format["json_schema"])["schema"];
  const stop = raw["stop"];
  const thinking = object(raw["chat_template_kwargs"])["enable_thinking"];
  return finish({
    api: "v1",
    dialect,
    raw,
    schema: typeof schema === "object" ? schema as JsonSchema : undefined,
    maxTokens: number(raw["max_tokens"]) ?? number(raw["max_completion_tokens"]),
    stop: typeof stop === "string" ? [stop] : list(stop).map(String),
    seed: number(raw["seed"]),
    temperature: number(raw["temperature"]) ?? 0.8,
    numCtx: undefined,
    toolChoice: dialect === "ollama" ? "auto" : toolChoice(raw["tool_choice"]),
    stream: raw["stream"] === true,
    includeUsage: object(raw["stream_options"])["include_usage"] === true,
    think: raw["reasoning_effort"] === "none"
      ? false
      : typeof thinking === "boolean"
      ? thinking
      : undefined,
    truncate: true,
  });
}

function toolChoice(value: unknown): ScriptedRequest["toolChoice"] {
  if (value === "none" || value === "required") return value;
  const name = object(object(value)["function"])["name"];
  return typeof name === "string" ? { name } : "auto";
}

function finish(
  parts: Omit<ScriptedRequest, "model" | "messages" | "tools" | "prompt">,
): ScriptedRequest {
  const messages = list(parts.raw["messages"]).map((message) => parseMessage(object(message)));
  const tools = list(parts.raw["tools"]).map((tool) => object(tool)["function"] as ToolDefinition);
  const offered = tools.length > 0 ? `tools ${JSON.stringify(tools)}\n` : "";
  const said = messages.map(({ role, text, toolCalls }) =>
    `${role}: ${text}${toolCalls.length > 0 ? JSON.stringify(toolCalls) : ""}`
  );
  return {
    ...parts,
    model: String(parts.raw["model"] ?? ""),
    messages,
    tools,
    prompt: `${offered}${said.join("\n")}\nassistant:`,
  };
}

function parseMessage(message: Json): ScriptedMessage {
  const { content } = message;
  return {
    role: String(message["role"]),
    text: Array.isArray(content)
      ? content.map((part) => String(object(part)["text"] ?? "")).join("")
      : String(content ?? ""),
    toolCalls: list(message["tool_calls"]).map((call): ScriptedToolCall => {
      const { name, arguments: args } = object(object(call)["function"]);
      return {
        name: String(name),
        arguments: typeof args === "string" ? object(JSON.parse(args)) : object(args),
      };
    }),
  };
}
