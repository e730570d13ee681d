import { OwllmError } from "../../core/mod.ts";
import type { StreamEnd } from "../../models/mod.ts";
import { fixFor } from "../fixes.ts";
import { BEAR_SILENCE } from "../fixes/speed.ts";
import { pass, type Probe, type ProbeContext, type ProbeOutcome, warn } from "../probe.ts";
import { filler } from "./_shared/filler.ts";
import { measuredBefore, nonce, oneDecimal, timedRequest } from "./_shared/speed.ts";
import { formatTokens } from "./_shared/text.ts";

/** A prompt as an agent has it after some steps, in tokens. */
const PROMPT_TOKENS = 8_000;

/** Share of the loaded context that is filled at most. */
const MOST_OF_CONTEXT = 0.7;

const ANSWER_TOKENS = 16;

/** Silence after which proxies and clients commonly cut a connection, in ms. */
const PROXY_LIMIT_MS = 30_000;

/** How long is a stream silent around a big prefill? */
export const perfStall: Probe = {
  id: "perf.stall",
  group: "E",
  tier: "standard",
  title: "a stream is not silent for 30 s during a big prefill",
  needs: {},
  run: silence,
};

async function silence(context: ProbeContext): Promise<ProbeOutcome> {
  const loaded = measuredBefore(context, "ctx.declared", "loaded_tokens") ??
    (await context.loaded())?.contextTokens ?? Number.POSITIVE_INFINITY;
  const room = Math.floor(Math.min(PROMPT_TOKENS, loaded * MOST_OF_CONTEXT));
  const size = context.bearable(room);
  const content = `Note ${nonce(context, 0)}.\n${filler(size)}\nSay yes.`;
  // owllm itself gives up at the stall timeout; half of it is warning enough.
  const limitMs = Math.min(PROXY_LIMIT_MS, context.settings.stallTimeoutMs / 2);
  const request = await timedRequest(context, content, ANSWER_TOKENS);
  let end: StreamEnd;
  try {
    end = await context.stream(request);
  } catch (error) {
    // Only silence is meant here, not an answer that takes long as a whole.
    if (!(error instanceof OwllmError) || error.context["limit_ms"] === undefined) throw error;
    const gapMs = context.settings.stallTimeoutMs;
    const measured = { longest_gap_ms: gapMs, prompt_tokens: size, source: "client" };
    return tooLong(context, gapMs, size, measured);
  }
  const times = [0, ...end.chunks.map(({ atMs }) => atMs), end.response.timings.totalMs];
  const gaps = times.slice(1).map((time, i) => time - (times[i] ?? 0));
  const gapMs = Math.round(Math.max(...gaps));
  const tokens = end.response.usage.promptTokens ?? size;
  const measured = {
    longest_gap_ms: gapMs,
    first_chunk_ms: Math.round(gaps[0] ?? 0),
    prompt_tokens: tokens,
    source: "client",
  };
  return gapMs <= limitMs ? pass(measured) : tooLong(context, gapMs, tokens, measured);
}

function tooLong(
  context: ProbeContext,
  gapMs: number,
  tokens: number,
  measured: ProbeOutcome["measured"],
): ProbeOutcome {
  // Twice what was seen: a longer prompt is silent for longer.
  const bearSeconds = Math.max(120, Math.ceil((2 * gapMs) / 1000));
  return warn(
    measured,
    `The stream was silent for ${oneDecimal(gapMs / 1000)} s at a prompt of ${
      formatTokens(tokens)
    }: proxies and clients with a shorter limit cut it`,
    fixFor(context, BEAR_SILENCE, { seconds: bearSeconds }),
  );
}
