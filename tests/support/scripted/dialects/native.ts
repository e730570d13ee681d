import type { ScriptedReply, ScriptedRequest, StreamEvent } from "../types.ts";
import { durations } from "./timing.ts";

/** The whole answer of `/api/chat`. */
export function nativeBody(
  reply: ScriptedReply,
  request: ScriptedRequest,
): Record<string, unknown> {
  return {
    model: request.model,
    created_at: new Date(0).toISOString(),
    message: {
      role: "assistant",
      content: reply.tokens.join(""),
      ...(reply.thinking === "" ? {} : { thinking: reply.thinking }),
      ...(reply.toolCalls.length === 0 ? {} : { tool_calls: calls(reply) }),
    },
    done: true,
    done_reason: reply.finish === "tool_calls" ? "stop" : reply.finish,
    ...counts(reply),
  };
}

/** The lines of a streamed `/api/chat`. */
export function nativeEvents(reply: ScriptedReply, request: ScriptedRequest): StreamEvent[] {
  const line = (message: Record<string, unknown>) => ({
    model: request.model,
    created_at: new Date(0).toISOString(),
    message: { role: "assistant", ...message },
    done: false,
  });
  return [
    ...(reply.thinking === "" ? [] : [line({ content: "", thinking: reply.thinking })]),
    ...reply.tokens.map((content) => line({ content })),
    ...(reply.toolCalls.length === 0 ? [] : [line({ content: "", tool_calls: calls(reply) })]),
    {
      ...line({ content: "" }),
      done: true,
      done_reason: reply.finish === "tool_calls" ? "stop" : reply.finish,
      ...counts(reply),
    },
  ];
}

function calls(reply: ScriptedReply): Record<string, unknown>[] {
  return reply.toolCalls.map((call, index) => ({
    id: `call_${index}`,
    function: { index, name: call.name, arguments: call.arguments },
  }));
}

function counts(reply: ScriptedReply): Record<string, unknown> {
  const { prefillMs, decodeMs, loadMs } = durations(reply);
  return {
    total_duration: (loadMs + prefillMs + decodeMs) * 1e6,
    load_duration: loadMs * 1e6,
    prompt_eval_count: reply.promptTokens,
    prompt_eval_duration: prefillMs * 1e6,
    eval_count: reply.completionTokens,
    eval_duration: decodeMs * 1e6,
  };
}
