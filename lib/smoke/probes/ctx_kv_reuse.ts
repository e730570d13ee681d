import type { ChatMessage, ChatResponse } from "../../models/mod.ts";
import { fixFor } from "../fixes.ts";
import { REUSE_CACHE } from "../fixes/context.ts";
import { pass, type Probe, type ProbeContext, type ProbeOutcome, skip, warn } from "../probe.ts";
import { withoutThinking } from "../thinking.ts";
import { filler } from "./_shared/filler.ts";
import { loadedContext } from "./_shared/loaded_context.ts";

/** Tokens of the prefix that both requests share. */
const PREFIX_TOKENS = 2_000;

/** Share of the loaded context that the prefix may fill: a cut prompt has another beginning. */
const MOST_FILLED = 0.7;

/** A second prefill that costs at most this share of the first has used the cache. */
const MOST_RATIO = 0.35;

/** Share of the prompt that must come from the cache, where the server counts that. */
const LEAST_CACHED = 0.5;

/** Is the prefix of the last request kept, so that an agent's step costs only what is new? */
export const ctxKvReuse: Probe = {
  id: "ctx.kv_reuse",
  group: "C",
  tier: "quick",
  title: "a repeated prefix is not prefilled again",
  needs: {},
  run: reuse,
};

async function reuse(context: ProbeContext): Promise<ProbeOutcome> {
  // A first line that no other probe has sent: else the first request is warm too.
  const nonce = context.clock.now().getTime().toString(36);
  const loaded = await loadedContext(context) ?? Number.POSITIVE_INFINITY;
  const size = Math.floor(context.bearable(Math.min(PREFIX_TOKENS, loaded * MOST_FILLED)));
  const opening = `Note ${nonce}.\n${filler(size)}\nSay yes.`;
  const first = await ask(context, [{ role: "user", content: opening }]);
  // The conversation grows at its end, as an agent's does: caches of a sliding window keep that
  // much, but cannot go back to before the first answer.
  const second = await ask(context, [
    { role: "user", content: opening },
    { role: "assistant", content: first.content || "Yes." },
    { role: "user", content: "Say no." },
  ]);
  const before = prefillMs(first);
  const after = prefillMs(second);
  const { promptTokens, cachedTokens } = second.usage;
  const ratio = before === undefined || after === undefined || before === 0
    ? undefined
    : Math.round((after / before) * 100) / 100;
  const measured = {
    prefix_tokens: promptTokens ?? size,
    first_prefill_ms: rounded(before),
    second_prefill_ms: rounded(after),
    second_prefill_ratio: ratio ?? null,
    cached_tokens: cachedTokens ?? null,
  };
  const cached = cachedTokens !== undefined && promptTokens !== undefined &&
    cachedTokens >= promptTokens * LEAST_CACHED;
  if (cached || (ratio !== undefined && ratio <= MOST_RATIO)) return pass(measured);
  if (ratio === undefined) return skip("The server gives no time to compare", measured);
  const stepS = ((before ?? 0) / 1000) *
    (context.settings.agentContextTokens / (promptTokens ?? size));
  const cost = Math.round(stepS * 10) / 10;
  return warn(
    { ...measured, step_cost_s: cost },
    `The same prefix is prefilled again (${rounded(after)} ms after ${
      rounded(before)
    } ms): each step of an agent costs about ${cost} s before its first word`,
    fixFor(context, REUSE_CACHE),
  );
}

async function ask(
  context: ProbeContext,
  messages: readonly ChatMessage[],
): Promise<ChatResponse> {
  // One token suffices for a time, also of a model that would first think.
  const request = { ...await withoutThinking(context, { messages }), maxTokens: 1 };
  return (await context.stream(request)).response;
}

/** The server's own prefill time, else the time to the first token. */
function prefillMs({ timings }: ChatResponse): number | undefined {
  return timings.prefillMs ?? timings.firstTokenMs ?? timings.totalMs;
}

function rounded(ms: number | undefined): number | null {
  return ms === undefined ? null : Math.round(ms * 10) / 10;
}
