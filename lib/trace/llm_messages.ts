import type { LlmMessage, MessagePart, ToolCallRecord } from "./events.ts";

/** A tool call as servers of the OpenAI dialect give it, or as a trace keeps it. */
export type ToolCallLike = ToolCallRecord | {
  readonly id?: string;
  readonly function: { readonly name: string; readonly arguments: unknown };
};

/** A message as it goes to a model or comes from it: text, or parts. */
export interface ChatMessageLike {
  readonly role: string;
  readonly content?: string | null | readonly Readonly<Record<string, unknown>>[];
  readonly name?: string;
  readonly tool_call_id?: string;
  readonly tool_calls?: readonly ToolCallLike[];
}

/** A message as a trace keeps it. */
export function toLlmMessage(message: ChatMessageLike): LlmMessage {
  const { role, name, tool_call_id, tool_calls } = message;
  return {
    role,
    parts: partsOf(message.content),
    ...name !== undefined && { name },
    ...tool_call_id !== undefined && { tool_call_id },
    ...tool_calls !== undefined && { tool_calls: tool_calls.map(toToolCall) },
  };
}

/** A tool call as a trace keeps it; arguments that were parsed already become text again. */
export function toToolCall(call: ToolCallLike): ToolCallRecord {
  if (!("function" in call)) return call;
  const { name, arguments: given } = call.function;
  const arguments_json = typeof given === "string" ? given : JSON.stringify(given ?? {});
  return { name, arguments_json, call_id: call.id ?? null };
}

function partsOf(content: ChatMessageLike["content"]): MessagePart[] {
  if (content === undefined || content === null) return [];
  if (typeof content === "string") return [{ type: "text", text: content }];
  return content.map((part) => {
    const { type, text, image_url: image } = part;
    const uri = typeof image === "object" && image !== null && "url" in image ? image.url : image;
    return {
      type: typeof type === "string" ? type : "text",
      text: typeof text === "string" ? text : null,
      ...typeof uri === "string" && { uri },
    };
  });
}
