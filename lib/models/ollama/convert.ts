import type {
  ChatChunk,
  ChatMessage,
  ChatRequest,
  Timings,
  ToolCallDelta,
  Usage,
} from "../provider.ts";
import { finishReasonOf, usageOf } from "../stream_join.ts";
import type { ChatLine } from "./wire.ts";

/** The body of `POST /api/chat`. */
export function chatBody(request: ChatRequest, stream: boolean): Record<string, unknown> {
  const options = defined({
    num_ctx: request.contextTokens,
    temperature: request.temperature,
    seed: request.seed,
    num_predict: request.maxTokens,
    stop: request.stop,
  });
  return defined({
    model: request.model,
    messages: request.messages.map(messageBody),
    stream,
    tools: request.tools?.map((tool) => ({ type: "function", function: tool })),
    // The native API has no tool_choice; it is sent so that a server that learns it obeys.
    tool_choice: request.toolChoice === undefined || request.toolChoice === "auto"
      ? undefined
      : request.toolChoice,
    format: request.schema?.schema,
    options: Object.keys(options).length > 0 ? options : undefined,
    truncate: request.truncate,
    think: request.think,
    keep_alive: request.keepAlive,
    ...request.extra,
  });
}

function messageBody(message: ChatMessage): Record<string, unknown> {
  const { content } = message;
  return defined({
    role: message.role,
    content: typeof content === "string"
      ? content
      : content?.map((part) => part.text).join("") ?? "",
    tool_calls: message.toolCalls?.map((call, index) => ({
      id: call.id,
      function: { index, name: call.name, arguments: argumentsObject(call.arguments) },
    })),
    tool_name: message.toolName,
    tool_call_id: message.toolCallId,
  });
}

/** Ollama wants an object; text that is no JSON object goes along as it is, and the server says so. */
function argumentsObject(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** One line of the stream, or the whole answer, as a chunk. */
export function chunkOf(line: ChatLine, atMs: number): ChatChunk {
  const { message } = line;
  const deltas = message?.tool_calls?.map((call): ToolCallDelta => ({
    ...(call.id === undefined ? {} : { id: call.id }),
    ...(call.function.index === undefined ? {} : { index: call.function.index }),
    name: call.function.name,
    ...argumentsOf(call.function.arguments),
  }));
  const calls = deltas !== undefined && deltas.length > 0;
  return {
    atMs,
    ...(message?.role === undefined ? {} : { role: message.role }),
    ...(message?.content == null ? {} : { content: message.content }),
    ...(message?.thinking == null ? {} : { thinking: message.thinking }),
    ...(calls ? { toolCallDeltas: deltas } : {}),
    ...(line.done === true ? { finishReason: finishReasonOf(line.done_reason) } : {}),
    ...(line.done === true ? { usage: usageOfLine(line) } : {}),
  };
}

function argumentsOf(value: unknown): Pick<ToolCallDelta, "arguments" | "argumentsForm"> {
  if (typeof value === "string") return { arguments: value, argumentsForm: "string" };
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return {
    arguments: JSON.stringify(value) ?? "",
    argumentsForm: isObject ? "object" : "other",
  };
}

function usageOfLine(line: ChatLine): Usage {
  return usageOf({ promptTokens: line.prompt_eval_count, completionTokens: line.eval_count });
}

/** The server's durations, in milliseconds. */
export function timingsOf(line: ChatLine | undefined): Omit<Timings, "totalMs" | "firstTokenMs"> {
  const ms = (nanoseconds: number | undefined) =>
    nanoseconds === undefined ? undefined : nanoseconds / 1e6;
  return {
    loadMs: ms(line?.load_duration),
    prefillMs: ms(line?.prompt_eval_duration),
    decodeMs: ms(line?.eval_duration),
  };
}

function defined(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
