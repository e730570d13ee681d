import type { ScriptedReply, ScriptedRequest, ServerControl, StreamEvent } from "../types.ts";
import { idOf } from "./ids.ts";
import { durations } from "./timing.ts";

type Options = ServerControl["options"];

/** The whole answer of `/api/chat`. */
export function nativeBody(
  reply: ScriptedReply,
  request: ScriptedRequest,
  options: Options,
): Record<string, unknown> {
  return {
    ...head(request),
    message: {
      role: "assistant",
      content: reply.tokens.join(""),
      ...(reply.thinking === "" ? {} : { thinking: reply.thinking }),
      ...(reply.toolCalls.length === 0 ? {} : { tool_calls: calls(reply, request) }),
    },
    ...end(reply, options),
  };
}

/** The lines of a streamed `/api/chat`; a call comes whole. */
export function nativeEvents(
  reply: ScriptedReply,
  request: ScriptedRequest,
  options: Options,
): StreamEvent[] {
  const line = (message: Record<string, unknown>) => ({
    ...head(request),
    message: { role: "assistant", ...message },
    done: false,
  });
  return [
    ...(reply.thinking === "" ? [] : [line({ content: "", thinking: reply.thinking })]),
    ...reply.tokens.map((content) => line({ content })),
    ...calls(reply, request).map((call) => line({ content: "", tool_calls: [call] })),
    { ...line({ content: "" }), ...end(reply, options) },
  ];
}

function head(request: ScriptedRequest): Record<string, unknown> {
  return { model: request.model, created_at: new Date().toISOString() };
}

function calls(reply: ScriptedReply, request: ScriptedRequest): Record<string, unknown>[] {
  return reply.toolCalls.map((call, index) => ({
    id: `call_${idOf(`${request.prompt}${index}`, 8)}`,
    function: { index, name: call.name, arguments: call.arguments },
  }));
}

/** The reason of a call is "stop" too; durations are nanoseconds. */
function end(reply: ScriptedReply, options: Options): Record<string, unknown> {
  const { prefillMs, decodeMs, loadMs } = durations(reply, options);
  const nanoseconds = (ms: number) => Math.round(ms * 1e6);
  return {
    done: true,
    done_reason: reply.finish === "tool_calls" ? "stop" : reply.finish,
    total_duration: nanoseconds(loadMs + prefillMs + decodeMs),
    load_duration: nanoseconds(loadMs),
    prompt_eval_count: reply.promptTokens,
    prompt_eval_duration: nanoseconds(prefillMs),
    eval_count: reply.completionTokens,
    eval_duration: nanoseconds(decodeMs),
  };
}
