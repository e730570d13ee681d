import type { ChatMessage, ToolDefinition } from "../../models/mod.ts";
import type { AgentMessage } from "../messages.ts";
import type { Protocol } from "./protocol.ts";
import { readWords } from "./recover.ts";

/** Calls as words, for a model that neither has tools nor obeys a schema. */
export const wordsProtocol: Protocol = {
  mode: "recovered_text",
  request: (messages, tools) => ({ messages: asWords(messages, describe(tools)) }),
  read: (response, tools, newId) => readWords(response.content, tools, newId),
};

function describe(tools: readonly ToolDefinition[]): string {
  return `${
    describeTools(tools)
  }\nTo call one, answer only {"tool": "NAME", "args": {…}, "id": "1"}. ` +
    "When all is done, answer in words.";
}

/** The tools in few tokens: a line each, with the types of their arguments. */
export function describeTools(tools: readonly ToolDefinition[]): string {
  const lines = tools.map(({ name, description, parameters }) => {
    const properties = Object.entries(
      (parameters["properties"] ?? {}) as Record<string, { readonly type?: string }>,
    );
    const required = new Set((parameters["required"] ?? []) as readonly string[]);
    const list = properties.map(([key, { type = "any" }]) =>
      `${key}${required.has(key) ? "" : "?"}: ${type}`
    );
    return `${name}(${list.join(", ")}): ${description}`;
  });
  return `Tools:\n${lines.join("\n")}`;
}

/** The conversation as any chat template takes it: calls and results as words. */
export function asWords(messages: readonly AgentMessage[], tools: string): ChatMessage[] {
  return messages.map((one, index): ChatMessage => {
    switch (one.role) {
      case "system":
        return { role: "system", content: index === 0 ? `${one.text}\n${tools}` : one.text };
      case "user":
        return { role: "user", content: one.text };
      case "assistant":
        return {
          role: "assistant",
          content: one.call === undefined ? one.text : callText(one.call),
        };
      case "tool":
        return { role: "user", content: `Result of ${one.name}:\n${one.text}` };
    }
  });
}

function callText(
  call: { readonly id: string; readonly name: string; readonly argumentsJson: string },
): string {
  return `{"tool": ${JSON.stringify(call.name)}, "args": ${call.argumentsJson}, "id": ${
    JSON.stringify(call.id)
  }}`;
}
