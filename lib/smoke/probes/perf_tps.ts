import type { ChatResponse } from "../../models/mod.ts";
import { fixFor } from "../fixes.ts";
import { FASTER_DECODE } from "../fixes/speed.ts";
import { pass, type Probe, type ProbeContext, type ProbeOutcome, skip, warn } from "../probe.ts";
import { STEP_ANSWER_TOKENS, stepSeconds } from "../profile.ts";
import { decodeRate, measuredBefore, timedRequest, warmUp } from "./_shared/speed.ts";

/** Tokens by which a speed is judged, and how many a slow engine gets. */
const TOKENS = 128;
const SLOW_TOKENS = 32;

/** When the long answer would take longer than this, the short one has to do, in seconds. */
const LONGEST_S = 6;

const QUESTION = "Count from 1 to 300, each number on a line of its own. Do not stop early.";

/** How fast are tokens generated, and what does a step of an agent cost then? */
export const perfTps: Probe = {
  id: "perf.tps",
  group: "E",
  tier: "quick",
  title: "tokens are generated fast enough for an agent",
  needs: {},
  run: decode,
};

async function decode(context: ProbeContext): Promise<ProbeOutcome> {
  await warmUp(context);
  const short = await generate(context, SLOW_TOKENS);
  const fast = (decodeRate(short)?.tokS ?? 0) * LONGEST_S >= TOKENS;
  const answer = fast ? await generate(context, TOKENS) : short;
  const rate = decodeRate(answer) ?? decodeRate(short);
  const tokens = answer.usage.completionTokens ?? null;
  if (rate === undefined) {
    const why = tokens === null
      ? "The server does not count the tokens that it generated"
      : `The model ended after ${tokens} tokens, too few to take the time of`;
    return skip(why, { decode_tokens: tokens });
  }
  const wanted = context.settings.minDecodeTokS;
  const measured = {
    decode_tok_s: rate.tokS,
    decode_tokens: tokens,
    step_s: stepCost(context, rate.tokS),
    source: rate.source,
  };
  if (rate.tokS >= wanted) return pass(measured);
  return warn(
    measured,
    `The model generates ${rate.tokS} tok/s on this machine where an agent needs ${wanted}: ${STEP_ANSWER_TOKENS} tokens of one step take ${
      Math.round(STEP_ANSWER_TOKENS / rate.tokS)
    } s`,
    fixFor(context, FASTER_DECODE),
  );
}

async function generate(context: ProbeContext, maxTokens: number): Promise<ChatResponse> {
  return (await context.stream(await timedRequest(context, QUESTION, maxTokens))).response;
}

/** One step of the agent in seconds; null while the speed of the prefill is not known. */
function stepCost(context: ProbeContext, decodeTokS: number): number | null {
  return stepSeconds({
    contextTokens: measuredBefore(context, "ctx.real", "real_tokens") ??
      measuredBefore(context, "ctx.declared", "loaded_tokens") ?? null,
    prefillTokS: measuredBefore(context, "perf.ttft", "prefill_tok_s") ?? null,
    decodeTokS,
  });
}
