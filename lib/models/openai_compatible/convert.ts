import type {
  ChatChunk,
  ChatMessage,
  ChatRequest,
  Timings,
  ToolCallDelta,
  Usage,
} from "../provider.ts";
import { finishReasonOf, usageOf } from "../stream_join.ts";
import type { Completion, Message, ToolCallPiece } from "./wire.ts";

/** The body of `POST /v1/chat/completions`. */
export function completionBody(request: ChatRequest): Record<string, unknown> {
  return defined({
    model: request.model,
    messages: request.messages.map(messageBody),
    tools: request.tools?.map((tool) => ({ type: "function", function: tool })),
    tool_choice: toolChoice(request.toolChoice),
    response_format: request.schema === undefined ? undefined : {
      type: "json_schema",
      json_schema: { name: request.schema.name, schema: request.schema.schema, strict: true },
    },
    temperature: request.temperature,
    seed: request.seed,
    max_tokens: request.maxTokens,
    stop: request.stop,
    ...thinkFields(request.think),
    ...request.extra,
  });
}

/** vLLM and llama.cpp take `enable_thinking` for the template; Ollama's `/v1` `reasoning_effort`. */
function thinkFields(think: boolean | undefined): Record<string, unknown> {
  if (think === undefined) return {};
  return {
    chat_template_kwargs: { enable_thinking: think },
    ...(think ? {} : { reasoning_effort: "none" }),
  };
}

function toolChoice(choice: ChatRequest["toolChoice"]): unknown {
  if (typeof choice !== "object") return choice;
  return { type: "function", function: { name: choice.name } };
}

function messageBody(message: ChatMessage): Record<string, unknown> {
  return defined({
    role: message.role,
    content: message.content,
    tool_calls: message.toolCalls?.map((call) => ({
      id: call.id,
      type: "function",
      function: { name: call.name, arguments: call.arguments },
    })),
    tool_call_id: message.toolCallId,
  });
}

/** A chunk of the stream, or the whole answer, as a chunk. */
export function chunkOf(completion: Completion, atMs: number): ChatChunk {
  const choice = completion.choices[0];
  const message: Message = choice?.delta ?? choice?.message ?? {};
  const thinking = message.reasoning_content ?? message.reasoning;
  const deltas = message.tool_calls?.map(deltaOf);
  const finish = finishReasonOf(choice?.finish_reason);
  return {
    atMs,
    ...(message.role == null ? {} : { role: message.role }),
    ...(message.content == null ? {} : { content: message.content }),
    ...(thinking == null ? {} : { thinking }),
    ...(deltas === undefined || deltas.length === 0 ? {} : { toolCallDeltas: deltas }),
    ...(finish === "none" ? {} : { finishReason: finish }),
    ...(completion.usage == null ? {} : { usage: usage(completion) }),
  };
}

function deltaOf(piece: ToolCallPiece): ToolCallDelta {
  const value = piece.function?.arguments;
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  const name = piece.function?.name;
  return {
    ...(piece.index === undefined ? {} : { index: piece.index }),
    ...(piece.id == null ? {} : { id: piece.id }),
    ...(name == null ? {} : { name }),
    ...(value == null
      ? {}
      : { arguments: typeof value === "string" ? value : JSON.stringify(value) }),
    argumentsForm: value == null || typeof value === "string"
      ? "string"
      : isObject
      ? "object"
      : "other",
  };
}

function usage({ usage, timings }: Completion): Usage {
  return usageOf({
    promptTokens: usage?.prompt_tokens ?? undefined,
    completionTokens: usage?.completion_tokens ?? undefined,
    cachedTokens: usage?.prompt_tokens_details?.cached_tokens ?? timings?.cache_n,
    reasoningTokens: usage?.completion_tokens_details?.reasoning_tokens ?? undefined,
  });
}

/** llama.cpp's own durations; empty for every other server. */
export function timingsOf({ timings }: Pick<Completion, "timings">): Partial<Timings> {
  if (timings === undefined) return {};
  return {
    prefillMs: timings.prompt_ms,
    decodeMs: timings.predicted_ms,
    prefillTokens: timings.prompt_n,
  };
}

function defined(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
