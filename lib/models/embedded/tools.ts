import { z } from "zod";
import type { ChatMessage, ChatRequest, JsonSchema, ToolDefinition } from "../provider.ts";

/**
 * Tools for a model whose template has none: they are described in the system prompt, and the answer
 * is forced into JSON that is either a call or words. By prompt alone SmolLM2 made 0 valid calls of
 * 20, by a schema per tool 20 of 20.
 */
export interface ToolMode {
  readonly messages: readonly ChatMessage[];
  readonly schema: JsonSchema;
}

/** What the forced JSON said. */
export type ForcedAnswer =
  | { readonly type: "call"; readonly name: string; readonly arguments: string }
  | { readonly type: "words"; readonly text: string };

/** The request in tool mode; undefined when no tool is offered. */
export function toolMode(request: ChatRequest): ToolMode | undefined {
  const { toolChoice = "auto" } = request;
  const tools = typeof toolChoice === "object"
    ? request.tools?.filter(({ name }) => name === toolChoice.name)
    : request.tools;
  if (tools === undefined || tools.length === 0 || toolChoice === "none") return undefined;
  const words = {
    type: "object",
    properties: { answer: { type: "string" } },
    required: ["answer"],
  };
  const choices = [...tools.map(callSchema), ...(toolChoice === "auto" ? [words] : [])];
  const [only] = choices;
  return {
    messages: withSystem(request.messages, describeTools(tools, toolChoice === "auto")),
    schema: choices.length === 1 && only !== undefined ? only : { anyOf: choices },
  };
}

function callSchema(tool: ToolDefinition): JsonSchema {
  return {
    type: "object",
    properties: { name: { const: tool.name }, arguments: tool.parameters },
    required: ["name", "arguments"],
  };
}

function describeTools(tools: readonly ToolDefinition[], words: boolean): string {
  const lines = tools.map(({ name, description, parameters }) =>
    `${name}: ${description} ${JSON.stringify(parameters["properties"] ?? {})}`
  );
  const otherwise = words ? ' or {"answer": "..."}' : "";
  return `Tools:\n${lines.join("\n")}\nReply with {"name": "...", "arguments": {...}}${otherwise}`;
}

function withSystem(messages: readonly ChatMessage[], text: string): ChatMessage[] {
  const [first, ...rest] = messages;
  if (first?.role !== "system") return [{ role: "system", content: text }, ...messages];
  return [{ role: "system", content: `${textOf(first)}\n${text}` }, ...rest];
}

/** Messages that any chat template takes: calls and results as words. */
export function plainMessages(messages: readonly ChatMessage[]): ChatMessage[] {
  return messages.map((message) => {
    const calls = message.toolCalls?.map(({ name, arguments: args }) =>
      `{"name": ${JSON.stringify(name)}, "arguments": ${args}}`
    ) ?? [];
    return {
      role: message.role === "tool" ? "user" : message.role,
      content: [message.role === "tool" ? "Result: " : "", textOf(message), ...calls].join(""),
    };
  });
}

function textOf({ content }: ChatMessage): string {
  return typeof content === "string" ? content : content?.map(({ text }) => text).join("") ?? "";
}

const Forced = z.union([
  z.object({ name: z.string(), arguments: z.record(z.string(), z.unknown()) }),
  z.object({ answer: z.string() }),
]);

/** Reads the forced JSON; what was cut off by the token limit stays words. */
export function readForced(text: string): ForcedAnswer {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { type: "words", text };
  }
  const { success, data } = Forced.safeParse(value);
  if (!success) return { type: "words", text };
  return "answer" in data
    ? { type: "words", text: data.answer }
    : { type: "call", name: data.name, arguments: JSON.stringify(data.arguments) };
}
