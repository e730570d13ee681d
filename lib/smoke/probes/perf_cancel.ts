import type { StreamEnd } from "../../models/mod.ts";
import { fixFor } from "../fixes.ts";
import { END_GHOST, END_PREFILL } from "../fixes/speed.ts";
import {
  fail,
  type Measured,
  pass,
  type Probe,
  type ProbeContext,
  type ProbeOutcome,
  skip,
  warn,
} from "../probe.ts";
import { filler } from "./_shared/filler.ts";
import { measuredBefore, nonce, oneDecimal, timedRequest, warmUp } from "./_shared/speed.ts";
import { hasText, streamFor } from "./_shared/stream_for.ts";
import { formatTokens } from "./_shared/text.ts";

/** The next first token may take so many times what it takes undisturbed, and so much more, in ms. */
const MOST_RATIO = 2;
const ALLOWANCE_MS = 1_000;

/** How long a slot may look busy after its client left, in ms. */
const SLOT_FREE_MS = 2_000;
const SLOT_POLL_MS = 25;
const SLOT_REST_MS = 500;

/** A server can look for its client between batches of 512 prompt tokens; half of one for noise. */
const BATCH_TOKENS = 768;

/** The built-in engine ends its worker instead: the next prompt finds nothing of it in the cache. */
const UNCACHED_TOKENS = 64;

/** When a prefill is left, in ms after the request. */
const LEAVE_PREFILL_MS = 300;

/** A ghost must last longer than what is allowed by this factor, or it cannot be told from noise. */
const CLEARLY = 1.3;

/** A prefill that is over before so many tokens are read holds nobody up. */
const MOST_PREFILL_TOKENS = 8_000;

/** Share of the loaded context that the prompt of the prefill may take. */
const MOST_OF_CONTEXT = 0.7;

/** Bounds of the answer that is left after its first token, in tokens. */
const LEAST_ANSWER_TOKENS = 256;
const MOST_ANSWER_TOKENS = 4_096;

/** Speed that is assumed where nothing was measured, in tokens/s. */
const ASSUMED_DECODE_TOK_S = 50;

/** Does the server stop when its client leaves, or does a ghost hold the slot? */
export const perfCancel: Probe = {
  id: "perf.cancel",
  group: "E",
  tier: "quick",
  title: "a cancelled request frees the model, also during its prefill",
  needs: {},
  run: cancel,
};

/** One cancelled request and what came after it. */
interface Cancelled {
  /** First token of the next request, without loading; undefined when it did not come in time. */
  readonly nextMs: number | undefined;
  /** Until the slot was free, where the server shows its slots; undefined when it stayed busy. */
  readonly slotMs: number | undefined;
  readonly showsSlots: boolean;
}

async function cancel(context: ProbeContext): Promise<ProbeOutcome> {
  await warmUp(context);
  const longest = context.settings.requestTimeoutMs;
  const undisturbed = [await firstMs(context, 0, longest), await firstMs(context, 1, longest)];
  const warmMs = Math.max(...undisturbed.map((ms) => ms ?? longest));
  const limitMs = warmMs * MOST_RATIO + ALLOWANCE_MS;
  const busyBefore = await busyAtRest(context);
  const left = await leaveAnswer(context, limitMs);
  if (left === "ended") return skip("The model ends its answer before it can be cancelled");
  const answer = await afterLeaving(context, { limitMs, busyBefore, index: 2 });
  const measured: Measured = {
    warm_first_ms: Math.round(warmMs),
    allowed_ms: Math.round(limitMs),
    next_first_ms: rounded(answer.nextMs),
    slot_free_ms: rounded(answer.slotMs),
    free_after_ms: freeAfter(answer, warmMs),
  };
  if (isGhost(answer, limitMs)) {
    return ghost(context, "after its first token", answer, limitMs, measured);
  }
  return await duringPrefill(context, { warmMs, limitMs, busyBefore }, measured);
}

/** Slots that others keep busy; our own may need a moment to be free. */
async function busyAtRest(context: ProbeContext): Promise<number | undefined> {
  if ((await context.loaded())?.busySlots === undefined) return undefined;
  await untilSlotFree(context, 0, SLOT_REST_MS);
  return (await context.loaded())?.busySlots;
}

/** Asks for a long answer and leaves after its first token. */
async function leaveAnswer(context: ProbeContext, limitMs: number): Promise<"left" | "ended"> {
  const rate = measuredBefore(context, "perf.tps", "decode_tok_s") ?? ASSUMED_DECODE_TOK_S;
  const tokens = Math.round(rate * (CLEARLY * limitMs / 1000 + 4));
  const request = await timedRequest(
    context,
    "Tell a very long story about a lighthouse, in many chapters.",
    Math.min(MOST_ANSWER_TOKENS, Math.max(LEAST_ANSWER_TOKENS, tokens)),
  );
  const end = await context.stream(request, { until: hasText });
  return end.response.finishReason === "none" ? "left" : "ended";
}

interface Undisturbed {
  readonly warmMs: number;
  readonly limitMs: number;
  readonly busyBefore: number | undefined;
}

/** Leaves a request while its prompt is being read, where a prompt can be long enough for that. */
async function duringPrefill(
  context: ProbeContext,
  { warmMs, limitMs, busyBefore }: Undisturbed,
  measured: Measured,
): Promise<ProbeOutcome> {
  const rate = measuredBefore(context, "perf.ttft", "prefill_tok_s");
  const notJudged = (why: string) => pass({ ...measured, prefill_cancel: `not judged: ${why}` });
  if (rate === undefined) return notJudged("the speed of the prefill is not known");
  const moreTokens = context.server.kind === "builtin" ? UNCACHED_TOKENS : BATCH_TOKENS;
  const allowedMs = limitMs + (moreTokens / rate) * 1000;
  const tokens = Math.ceil(rate * (CLEARLY * allowedMs + LEAVE_PREFILL_MS - warmMs) / 1000);
  if (tokens > MOST_PREFILL_TOKENS) return notJudged("the prefill is too fast to be cancelled");
  if (tokens > context.bearable(tokens)) return notJudged("a prompt long enough takes too long");
  const contextTokens = measuredBefore(context, "ctx.declared", "loaded_tokens") ??
    (await context.loaded())?.contextTokens;
  if (contextTokens !== undefined && tokens > contextTokens * MOST_OF_CONTEXT) {
    return notJudged("a prompt long enough does not fit the context");
  }
  const content = `Note ${nonce(context, 7)}.\n${filler(tokens)}\nSay yes.`;
  const request = await timedRequest(context, content, 1);
  if (await streamFor(context, request, LEAVE_PREFILL_MS) !== undefined) {
    return notJudged("the prefill was over before it could be cancelled");
  }
  // A prefill that goes on ends by itself: wait for that, to say how long it holds the model.
  const wholeMs = MOST_RATIO * (tokens / rate) * 1000 + allowedMs;
  const prefill = await afterLeaving(context, { limitMs: wholeMs, busyBefore, index: 8 });
  const both = {
    ...measured,
    prefill_prompt_tokens: tokens,
    prefill_allowed_ms: Math.round(allowedMs),
    prefill_next_first_ms: rounded(prefill.nextMs),
    prefill_free_after_ms: freeAfter(prefill, warmMs),
  };
  if (isGhost(prefill, wholeMs)) {
    return ghost(context, "during its prefill", prefill, wholeMs, both);
  }
  // Where slots are watched, the next request is sent when they are free.
  const waitedMs = (prefill.slotMs ?? 0) + (prefill.nextMs ?? 0);
  if (waitedMs <= allowedMs) return pass(both);
  return warn(
    both,
    `A prefill of ${formatTokens(tokens)} that was cancelled goes on: the next first token took ${
      seconds(waitedMs)
    } where ${
      seconds(allowedMs)
    } are allowed; a longer prompt holds the model for longer (ollama#11889, llama.cpp#24496)`,
    fixFor(context, END_PREFILL),
  );
}

/** What the server does after a client left. */
async function afterLeaving(
  context: ProbeContext,
  { limitMs, busyBefore, index }: {
    readonly limitMs: number;
    readonly busyBefore: number | undefined;
    readonly index: number;
  },
): Promise<Cancelled> {
  const showsSlots = busyBefore !== undefined;
  const slotMs = showsSlots
    ? await untilSlotFree(context, busyBefore, Math.max(SLOT_FREE_MS, limitMs))
    : undefined;
  const reload = context.server.kind === "builtin" ? context.settings.coldLoadBudgetMs : 0;
  const nextMs = await firstMs(context, index, limitMs + ALLOWANCE_MS + reload);
  return { nextMs, slotMs, showsSlots };
}

/** Milliseconds until no more slots are busy than before; undefined when they stay busy. */
async function untilSlotFree(
  { clock, signal, provider, model }: ProbeContext,
  busyBefore: number,
  limitMs: number,
): Promise<number | undefined> {
  const start = clock.monotonic();
  while (true) {
    const busy = (await provider.loaded(model, signal))?.busySlots ?? 0;
    const ms = clock.monotonic() - start;
    if (busy <= busyBefore) return ms;
    if (ms > limitMs) return undefined;
    await clock.sleep(SLOT_POLL_MS, signal);
  }
}

/** With several slots the next request does not wait, and only the busy slot shows the ghost. */
function isGhost({ nextMs, slotMs, showsSlots }: Cancelled, limitMs: number): boolean {
  return nextMs === undefined || nextMs > limitMs || (showsSlots && slotMs === undefined);
}

function ghost(
  context: ProbeContext,
  when: string,
  { nextMs, slotMs, showsSlots }: Cancelled,
  limitMs: number,
  measured: Measured,
): ProbeOutcome {
  const waited = nextMs === undefined
    ? `the next request had no first token after ${seconds(limitMs)}`
    : nextMs > limitMs
    ? `the next first token took ${seconds(nextMs)} where ${seconds(limitMs)} are allowed`
    : `its slot was still busy after ${seconds(Math.max(SLOT_FREE_MS, limitMs))}`;
  const slot = showsSlots && slotMs === undefined && nextMs === undefined
    ? ", its slot is busy"
    : "";
  return fail(
    measured,
    `A request that was cancelled ${when} goes on as a ghost: ${waited}${slot} (llama.cpp#24496, ollama#11889)`,
    fixFor(context, END_GHOST),
  );
}

/** First token of a short prompt that is not cached, in ms; a reload of the weights is not counted. */
async function firstMs(
  context: ProbeContext,
  index: number,
  withinMs: number,
): Promise<number | undefined> {
  const request = await timedRequest(context, `${nonce(context, index)} Say yes.`, 1);
  const end = await streamFor(context, request, withinMs);
  if (end === undefined) return undefined;
  const { firstTokenMs, totalMs } = end.response.timings;
  return (firstTokenMs ?? totalMs) - reloadMs(context, end);
}

/** The built-in engine ends its worker to cancel a prefill and loads the weights again. */
function reloadMs({ server }: ProbeContext, { response }: StreamEnd): number {
  return server.kind === "builtin" ? response.timings.loadMs ?? 0 : 0;
}

function seconds(ms: number): string {
  return `${oneDecimal(ms / 1000)} s`;
}

function freeAfter({ nextMs, slotMs, showsSlots }: Cancelled, warmMs: number): number | null {
  if (showsSlots) return rounded(slotMs);
  return nextMs === undefined ? null : Math.max(0, Math.round(nextMs - warmMs));
}

function rounded(ms: number | undefined): number | null {
  return ms === undefined ? null : Math.round(ms);
}
