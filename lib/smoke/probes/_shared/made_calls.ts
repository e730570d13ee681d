import { type ChatResponse, recoverToolCall, type ToolDefinition } from "../../../models/mod.ts";

/** A call that an agent would execute. */
export interface MadeCall {
  readonly id: string;
  readonly name: string;
  /** JSON text. */
  readonly arguments: string;
  /** `text`: found in the words, because the server did not parse it. */
  readonly via: "native" | "text";
}

/**
 * The calls of an answer, as the agent would see them: those the server gave, else one that stands
 * in the words and fits its schema.
 */
export function callsMade(response: ChatResponse, tools: readonly ToolDefinition[]): MadeCall[] {
  if (response.toolCalls.length > 0) {
    return response.toolCalls.map(({ id, name, arguments: text }) => ({
      id,
      name,
      arguments: text,
      via: "native",
    }));
  }
  const found = recoverToolCall(response.content, tools);
  if (found === undefined || found.problem !== undefined) return [];
  return [{ id: "", name: found.name, arguments: found.arguments, via: "text" }];
}

/** A call in a few words, for a diagnosis: `get_weather({"city":"Oslo"})`. */
export function shownCall({ name, arguments: text }: Pick<MadeCall, "name" | "arguments">): string {
  return `${name}(${text.length > 80 ? `${text.slice(0, 80)}…` : text})`;
}
