import type { ScriptedReply, ServerControl } from "../types.ts";

/** Speeds that are reported where the options name none: a 7B model on a small graphics card. */
const PREFILL_TOK_S = 2000;
const DECODE_TOK_S = 50;

/** `load_duration` of a model that is in memory, in milliseconds. */
const WARM_LOAD_MS = 20;

/** Durations as a server would report them, in milliseconds. */
export interface Durations {
  readonly loadMs: number;
  readonly prefillMs: number;
  readonly decodeMs: number;
}

/** What a reply took, or would have taken where the server makes no pauses. */
export function durations(reply: ScriptedReply, options: ServerControl["options"]): Durations {
  const prefill = orElse(options.prefillTokensPerSecond, PREFILL_TOK_S);
  const decode = orElse(options.tokensPerSecond, DECODE_TOK_S);
  return {
    loadMs: reply.cold ? Math.max(options.coldLoadMs, WARM_LOAD_MS) : WARM_LOAD_MS,
    prefillMs: (prefilledTokens(reply) / prefill) * 1000,
    decodeMs: (Math.max(1, reply.completionTokens) / decode) * 1000,
  };
}

/** Tokens of the prompt that do not come from the KV cache; a server always reads the last one. */
export function prefilledTokens(reply: ScriptedReply): number {
  return Math.max(1, reply.promptTokens - reply.cachedTokens);
}

function orElse(speed: number, otherwise: number): number {
  return Number.isFinite(speed) ? speed : otherwise;
}
