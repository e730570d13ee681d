import { countTokens, sharedTokens, tokenize } from "../tokens.ts";
import type { ScriptedReply, ScriptedRequest, ScriptedToolCall } from "../types.ts";
import { fillSchema } from "./fill.ts";
import { answerInWords } from "./text.ts";
import { decideCalls, lastUserText } from "./tools.ts";

/** What a good model says to this request. `previous`: the prompt in the KV cache. */
export function think(
  request: ScriptedRequest,
  previous: string,
  canThink: boolean,
): Omit<ScriptedReply, "cold"> {
  const toolCalls = decideCalls(request);
  const text = toolCalls.length > 0
    ? ""
    : request.schema === undefined
    ? answerInWords(request)
    : JSON.stringify(fillSchema(request.schema, lastUserText(request.messages)));
  const thinking = canThink && request.think !== false ? "Let me think about it. " : "";
  return limit(request, previous, thinking, cutAtStop(text, request.stop), toolCalls);
}

function cutAtStop(text: string, stops: readonly string[]): string {
  const cuts = stops.map((stop) => text.indexOf(stop)).filter((index) => index >= 0);
  return cuts.length === 0 ? text : text.slice(0, Math.min(...cuts));
}

function limit(
  request: ScriptedRequest,
  previous: string,
  thinking: string,
  text: string,
  toolCalls: readonly ScriptedToolCall[],
): Omit<ScriptedReply, "cold"> {
  const all = tokenize(text);
  const spent = countTokens(thinking) +
    countTokens(toolCalls.length > 0 ? JSON.stringify(toolCalls) : "");
  const most = Math.max(0, (request.maxTokens ?? 4096) - (toolCalls.length > 0 ? 0 : spent));
  const tokens = all.slice(0, most);
  return {
    thinking,
    tokens,
    toolCalls,
    finish: tokens.length < all.length ? "length" : toolCalls.length > 0 ? "tool_calls" : "stop",
    promptTokens: countTokens(request.prompt),
    cachedTokens: sharedTokens(request.prompt, previous),
    completionTokens: tokens.length + spent,
  };
}
