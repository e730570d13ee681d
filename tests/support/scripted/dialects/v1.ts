import type {
  ScriptedReply,
  ScriptedRequest,
  ScriptedToolCall,
  ServerControl,
  StreamEvent,
} from "../types.ts";
import { idOf } from "./ids.ts";
import { durations, prefilledTokens } from "./timing.ts";

type Json = Record<string, unknown>;
type Options = ServerControl["options"];

/** The whole answer of `/v1/chat/completions`. */
export function v1Body(reply: ScriptedReply, request: ScriptedRequest, options: Options): Json {
  return {
    ...head("chat.completion", request),
    choices: [{
      index: 0,
      message: {
        role: "assistant",
        content: reply.toolCalls.length > 0 ? noWords(request) : reply.tokens.join(""),
        ...thinking(reply, request),
        ...(reply.toolCalls.length === 0 ? {} : {
          tool_calls: reply.toolCalls.map((call, index) => wholeCall(call, index, request)),
        }),
      },
      finish_reason: reply.finish,
    }],
    usage: usage(reply, request),
    ...timings(reply, request, options),
  };
}

/** The events of a streamed `/v1/chat/completions`. */
export function v1Events(
  reply: ScriptedReply,
  request: ScriptedRequest,
  options: Options,
): StreamEvent[] {
  const chunk = (delta: Json, finish: string | null = null) => ({
    ...head("chat.completion.chunk", request),
    choices: [{ index: 0, delta, finish_reason: finish }],
  });
  const measured = timings(reply, request, options);
  const last = request.includeUsage
    ? [{
      ...head("chat.completion.chunk", request),
      choices: [],
      usage: usage(reply, request),
      ...measured,
    }]
    : [];
  return [
    ...deltas(reply, request).map((delta) => chunk(delta)),
    {
      ...chunk(request.dialect === "ollama" ? OLLAMA_DELTA : {}, reply.finish),
      ...(request.includeUsage ? {} : measured),
    },
    ...last,
    "[DONE]",
  ];
}

/** What every delta of Ollama begins with. */
const OLLAMA_DELTA = { role: "assistant", content: "" } as const;

/** Ollama names the role in each delta and sends a call whole; the others begin with a head. */
function deltas(reply: ScriptedReply, request: ScriptedRequest): Json[] {
  const { dialect } = request;
  const thought = reply.thinking === "" ? [] : [thinking(reply, request)];
  if (dialect === "ollama") {
    return [
      ...thought.map((one) => ({ ...OLLAMA_DELTA, ...one })),
      ...reply.tokens.map((content) => ({ ...OLLAMA_DELTA, content })),
      ...reply.toolCalls.map((call, index) => ({
        ...OLLAMA_DELTA,
        tool_calls: [wholeCall(call, index, request)],
      })),
    ];
  }
  return [
    { role: "assistant", content: dialect === "llama_cpp" ? null : "" },
    ...thought,
    ...reply.tokens.map((content) => ({ content })),
    ...reply.toolCalls.flatMap((call, index) => piecesOf(call, index, request))
      .map((piece) => ({ tool_calls: [piece] })),
  ];
}

function head(object: string, request: ScriptedRequest): Json {
  return {
    id: `chatcmpl-${idOf(request.prompt, request.dialect === "llama_cpp" ? 32 : 8)}`,
    object,
    created: Math.floor(Date.now() / 1000),
    model: request.model,
    system_fingerprint: request.dialect === "ollama" ? "fp_ollama" : "b0-unknown",
  };
}

/** The content beside a call. */
function noWords({ dialect }: ScriptedRequest): string | null {
  return dialect === "ollama" ? "" : null;
}

/** Ollama says `reasoning`, llama.cpp and vLLM `reasoning_content`. */
function thinking(reply: ScriptedReply, { dialect }: ScriptedRequest): Json {
  if (reply.thinking === "") return {};
  return { [dialect === "ollama" ? "reasoning" : "reasoning_content"]: reply.thinking };
}

/** Ollama's calls carry an index in whole answers too. */
function wholeCall(call: ScriptedToolCall, index: number, request: ScriptedRequest): Json {
  return {
    id: callId(index, request),
    ...(request.dialect === "ollama" ? { index } : {}),
    type: "function",
    function: { name: call.name, arguments: JSON.stringify(call.arguments) },
  };
}

/** A call in three pieces: its name, and its arguments in halves. */
function piecesOf(call: ScriptedToolCall, index: number, request: ScriptedRequest): Json[] {
  const text = JSON.stringify(call.arguments);
  const half = Math.ceil(text.length / 2);
  return [
    {
      index,
      id: callId(index, request),
      type: "function",
      function: { name: call.name, arguments: "" },
    },
    { index, function: { arguments: text.slice(0, half) } },
    { index, function: { arguments: text.slice(half) } },
  ];
}

function callId(index: number, { dialect, prompt }: ScriptedRequest): string {
  return `${dialect === "vllm" ? "chatcmpl-tool-" : "call_"}${idOf(`${prompt}${index}`, 8)}`;
}

function usage(reply: ScriptedReply, { dialect }: ScriptedRequest): Json {
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
function timings(reply: ScriptedReply, { dialect }: ScriptedRequest, options: Options): Json {
  if (dialect !== "llama_cpp") return {};
  const { prefillMs, decodeMs } = durations(reply, options);
  const read = prefilledTokens(reply);
  const generated = Math.max(1, reply.completionTokens);
  return {
    timings: {
      cache_n: reply.cachedTokens,
      prompt_n: read,
      prompt_ms: prefillMs,
      prompt_per_token_ms: prefillMs / read,
      prompt_per_second: (read / prefillMs) * 1000,
      predicted_n: reply.completionTokens,
      predicted_ms: decodeMs,
      predicted_per_token_ms: decodeMs / generated,
      predicted_per_second: (generated / decodeMs) * 1000,
    },
  };
}
