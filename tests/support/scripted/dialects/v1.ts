import type { ScriptedReply, ScriptedRequest, StreamEvent } from "../types.ts";
import { durations } from "./timing.ts";

/** The whole answer of `/v1/chat/completions`. */
export function v1Body(reply: ScriptedReply, request: ScriptedRequest): Record<string, unknown> {
  return {
    ...head("chat.completion", request),
    choices: [{
      index: 0,
      message: {
        role: "assistant",
        content: reply.toolCalls.length > 0 ? null : reply.tokens.join(""),
        ...thinking(reply, request),
        ...(reply.toolCalls.length === 0 ? {} : { tool_calls: calls(reply) }),
      },
      finish_reason: reply.finish,
    }],
    usage: usage(reply, request),
    ...timings(reply, request),
  };
}

/** The events of a streamed `/v1/chat/completions`. */
export function v1Events(reply: ScriptedReply, request: ScriptedRequest): StreamEvent[] {
  const chunk = (delta: Record<string, unknown>, finish: string | null = null) => ({
    ...head("chat.completion.chunk", request),
    choices: [{ index: 0, delta, finish_reason: finish }],
  });
  return [
    chunk({ role: "assistant", content: "" }),
    ...(reply.thinking === "" ? [] : [chunk(thinking(reply, request))]),
    ...reply.tokens.map((content) => chunk({ content })),
    ...callEvents(reply).map((tool_calls) => chunk({ tool_calls })),
    { ...chunk({}, reply.finish), ...timings(reply, request) },
    ...(request.includeUsage
      ? [{ ...head("chat.completion.chunk", request), choices: [], usage: usage(reply, request) }]
      : []),
    "[DONE]",
  ];
}

function head(object: string, request: ScriptedRequest): Record<string, unknown> {
  return { id: "chatcmpl-1", object, created: 0, model: request.model, system_fingerprint: "fp" };
}

/** Ollama says `reasoning`, llama.cpp and vLLM `reasoning_content`. */
function thinking(reply: ScriptedReply, { dialect }: ScriptedRequest): Record<string, unknown> {
  if (reply.thinking === "") return {};
  return { [dialect === "ollama" ? "reasoning" : "reasoning_content"]: reply.thinking };
}

function calls(reply: ScriptedReply): Record<string, unknown>[] {
  return reply.toolCalls.map((call, index) => ({
    index,
    id: `call_${index}`,
    type: "function",
    function: { name: call.name, arguments: JSON.stringify(call.arguments) },
  }));
}

/** Each call in three pieces: name, and its arguments in halves. */
function callEvents(reply: ScriptedReply): Record<string, unknown>[][] {
  return reply.toolCalls.flatMap((call, index) => {
    const text = JSON.stringify(call.arguments);
    const half = Math.ceil(text.length / 2);
    return [
      [{
        index,
        id: `call_${index}`,
        type: "function",
        function: { name: call.name, arguments: "" },
      }],
      [{ index, function: { arguments: text.slice(0, half) } }],
      [{ index, function: { arguments: text.slice(half) } }],
    ];
  });
}

function usage(reply: ScriptedReply, { dialect }: ScriptedRequest): Record<string, unknown> {
  return {
    prompt_tokens: reply.promptTokens,
    completion_tokens: reply.completionTokens,
    total_tokens: reply.promptTokens + reply.completionTokens,
    ...(dialect === "ollama"
      ? {}
      : { prompt_tokens_details: { cached_tokens: reply.cachedTokens } }),
  };
}

/** llama.cpp's own durations. */
function timings(reply: ScriptedReply, { dialect }: ScriptedRequest): Record<string, unknown> {
  if (dialect !== "llama_cpp") return {};
  const { prefillMs, decodeMs } = durations(reply);
  return {
    timings: {
      cache_n: reply.cachedTokens,
      prompt_n: Math.max(1, reply.promptTokens - reply.cachedTokens),
      prompt_ms: prefillMs,
      predicted_n: reply.completionTokens,
      predicted_ms: decodeMs,
    },
  };
}
