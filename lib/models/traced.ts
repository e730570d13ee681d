import type { Clock } from "../core/mod.ts";
import {
  type Json,
  type JsonObject,
  type LlmCallRecord,
  type LlmMessage,
  type SessionTracer,
  snapshot,
  traceError,
} from "../trace/mod.ts";
import type {
  ChatChunk,
  ChatMessage,
  ChatRequest,
  ChatResponse,
  ModelProvider,
  StreamEnd,
} from "./provider.ts";

/** What {@linkcode traceProvider} needs. */
export interface TraceProviderOptions {
  readonly tracer: SessionTracer;
  readonly clock: Clock;
}

/**
 * The same provider, with each chat, stream and embedding recorded as a model event: what was
 * sent, what came back, tokens, time, or the error. Answers and errors pass unchanged.
 */
export function traceProvider(
  provider: ModelProvider,
  options: TraceProviderOptions,
): ModelProvider {
  const { unload } = provider;
  return {
    kind: provider.kind,
    baseUrl: provider.baseUrl,
    listModels: (signal) => provider.listModels(signal),
    describe: (model, signal) => provider.describe(model, signal),
    loaded: (model, signal) => provider.loaded(model, signal),
    chat: (request, signal) => tracedChat(provider, request, signal, options),
    stream: (request, signal) => tracedStream(provider, request, signal, options),
    embed: (model, texts, how, signal) =>
      tracedEmbed(
        provider,
        { model, texts },
        () => provider.embed(model, texts, how, signal),
        options,
      ),
    ...unload === undefined
      ? {}
      : { unload: (model: string, signal?: AbortSignal) => unload.call(provider, model, signal) },
    close: () => provider.close(),
  };
}

async function tracedChat(
  provider: ModelProvider,
  request: ChatRequest,
  signal: AbortSignal | undefined,
  options: TraceProviderOptions,
): Promise<ChatResponse> {
  const call = startCall(provider, request, options);
  try {
    const response = await provider.chat(request, signal);
    call.done({ response });
    return response;
  } catch (error) {
    call.done({ error });
    throw error;
  }
}

async function* tracedStream(
  provider: ModelProvider,
  request: ChatRequest,
  signal: AbortSignal | undefined,
  options: TraceProviderOptions,
): AsyncGenerator<ChatChunk, StreamEnd, undefined> {
  const call = startCall(provider, request, options);
  const seen: ChatChunk[] = [];
  let end: StreamEnd | undefined;
  let failure: { readonly error: unknown } | undefined;
  try {
    const stream = provider.stream(request, signal);
    try {
      for (let next = await stream.next();; next = await stream.next()) {
        if (next.done) return end = next.value;
        seen.push(next.value);
        yield next.value;
      }
    } finally {
      if (end === undefined) await stream.return(undefined as never).catch(() => undefined); // The cause is on its way already.
    }
  } catch (error) {
    failure = { error };
    throw error;
  } finally {
    if (failure !== undefined) call.done(failure);
    else if (end !== undefined) call.done({ response: end.response, chunks: seen.length });
    else call.done({ chunks: seen.length, partial: seen });
  }
}

async function tracedEmbed<T>(
  provider: ModelProvider,
  { model, texts }: { readonly model: string; readonly texts: readonly string[] },
  embed: () => Promise<T>,
  options: TraceProviderOptions,
): Promise<T> {
  const messages = texts.map((content): ChatMessage => ({ role: "user", content }));
  const call = startCall(provider, { model, messages }, options, "embeddings");
  try {
    const result = await embed();
    call.done({});
    return result;
  } catch (error) {
    call.done({ error });
    throw error;
  }
}

/** How a call ended: with an answer, an error, or by the caller leaving the stream. */
interface CallEnd {
  readonly response?: ChatResponse;
  readonly error?: unknown;
  readonly chunks?: number;
  /** The chunks of a stream that the caller left before its end. */
  readonly partial?: readonly ChatChunk[];
}

function startCall(
  provider: ModelProvider,
  request: ChatRequest,
  { tracer, clock }: TraceProviderOptions,
  apiType = provider.kind === "ollama" ? "ollama_chat" : "chat_completions",
): { done(end: CallEnd): void } {
  const startedAt = clock.now();
  const start = clock.monotonic();
  // Copied now: the caller may reuse its arrays while the model thinks.
  const asked = requestFields(request);
  const done = (end: CallEnd) => {
    // A request that was left running may answer when nobody records any more.
    if (tracer.currentSession === undefined) return;
    const latency_ms = microseconds(clock.monotonic() - start);
    const record: LlmCallRecord = {
      call_id: crypto.randomUUID(),
      api_type: apiType,
      provider: provider.kind,
      model_name: request.model,
      started_at: startedAt.toISOString(),
      completed_at: clock.now().toISOString(),
      latency_ms,
      ...asked,
      ...answerFields(end),
    };
    tracer.recordEvent({
      event_type: "cais",
      system_instance_id: `llm:${request.model}`,
      model_name: request.model,
      provider: provider.kind,
      input_tokens: record.usage.input_tokens,
      output_tokens: record.usage.output_tokens,
      latency_ms,
      call_records: [record],
      ...end.error === undefined ? {} : { error: traceError(end.error) },
      metadata: timingsOf(end),
    });
  };
  return { done };
}

function requestFields(
  request: ChatRequest,
): Pick<LlmCallRecord, "request_params" | "tools" | "input_messages"> {
  const { model: _, messages, tools, ...params } = request;
  return {
    request_params: snapshot(params) as JsonObject,
    ...tools === undefined ? {} : { tools: tools.map((tool) => snapshot(tool) as JsonObject) },
    input_messages: messages.map(messageRecord),
  };
}

function messageRecord(message: ChatMessage): LlmMessage {
  const { role, content, toolCalls, toolCallId, toolName } = message;
  return {
    role,
    parts: typeof content === "string"
      ? [{ type: "text", text: content }]
      : (content ?? []).map(({ text }) => ({ type: "text", text })),
    ...toolName === undefined ? {} : { name: toolName },
    ...toolCallId === undefined ? {} : { tool_call_id: toolCallId },
    ...toolCalls === undefined ? {} : { tool_calls: toolCalls.map(toolCallRecord) },
  };
}

function toolCallRecord(
  call: { readonly id: string; readonly name: string; readonly arguments: string },
) {
  return { name: call.name, arguments_json: call.arguments, call_id: call.id || null };
}

function answerFields(
  { response, partial, error }: CallEnd,
): Pick<
  LlmCallRecord,
  "output_messages" | "output_tool_calls" | "usage" | "finish_reason" | "error"
> {
  const content = response?.content ??
    (partial ?? []).map((chunk) => chunk.content ?? "").join("");
  const thinking = response?.thinking ??
    (partial ?? []).map((chunk) => chunk.thinking ?? "").join("");
  const calls = (response?.toolCalls ?? []).map(toolCallRecord);
  const parts = [
    ...thinking === "" ? [] : [{ type: "thinking", text: thinking }],
    ...content === "" ? [] : [{ type: "text", text: content }],
  ];
  const { promptTokens, completionTokens, cachedTokens, reasoningTokens } = response?.usage ?? {};
  return {
    output_messages: parts.length === 0 && calls.length === 0 ? [] : [{
      role: response?.role || "assistant",
      parts,
      ...calls.length > 0 && { tool_calls: calls },
    }],
    output_tool_calls: calls,
    usage: {
      input_tokens: promptTokens ?? null,
      output_tokens: completionTokens ?? null,
      total_tokens: promptTokens === undefined || completionTokens === undefined
        ? null
        : promptTokens + completionTokens,
      ...cachedTokens === undefined ? {} : { cache_read_tokens: cachedTokens },
      ...reasoningTokens === undefined ? {} : { reasoning_tokens: reasoningTokens },
    },
    finish_reason: response?.finishReason ?? null,
    ...error === undefined ? {} : { error: traceError(error).message },
  };
}

/** What the server said of its own time, and how a stream went. */
function timingsOf({ response, chunks, partial }: CallEnd): Record<string, Json> {
  const { firstTokenMs, loadMs, prefillMs, decodeMs } = response?.timings ?? {};
  const numbers = {
    first_token_ms: firstTokenMs,
    load_ms: loadMs,
    prefill_ms: prefillMs,
    decode_ms: decodeMs,
  };
  return {
    ...Object.fromEntries(
      Object.entries(numbers).flatMap(([key, ms]) =>
        ms === undefined
          ? []
          : [[key.replace("Ms", "_ms").replace("firstToken", "first_token"), ms]]
      ),
    ),
    ...chunks === undefined ? {} : { chunks },
    ...partial === undefined ? {} : { left_early: true },
  };
}

/** Milliseconds without the digits that no clock here can tell. */
function microseconds(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
