import type { ScriptedReply } from "../types.ts";

/** Speeds that the scripted server reports: a 7B model on a small graphics card. */
const PREFILL_TOK_S = 2000;
const DECODE_TOK_S = 50;
const LOAD_MS = 20;

/** Durations as a server would report them, in milliseconds. */
export function durations(
  reply: ScriptedReply,
): { readonly prefillMs: number; readonly decodeMs: number; readonly loadMs: number } {
  const prefilled = Math.max(1, reply.promptTokens - reply.cachedTokens);
  return {
    prefillMs: (prefilled / PREFILL_TOK_S) * 1000,
    decodeMs: (Math.max(1, reply.completionTokens) / DECODE_TOK_S) * 1000,
    loadMs: LOAD_MS,
  };
}
