import type { ChatResponse } from "../../models/mod.ts";
import { fixFor } from "../fixes.ts";
import { FASTER_PREFILL } from "../fixes/speed.ts";
import { pass, type Probe, type ProbeContext, type ProbeOutcome, warn } from "../probe.ts";
import { filler } from "./_shared/filler.ts";
import { median, nonce, oneDecimal, prefillRate, timedRequest, warmUp } from "./_shared/speed.ts";

/** The prompt that the budget is for, in tokens. */
const PROMPT_TOKENS = 1_000;

const REPEATS = 3;

/** When one prompt takes longer than this, it is not asked again, in ms. */
const SLOW_MS = 4_000;

/** A prompt of less than this share of the wanted size is scaled up to it. */
const CLOSE_ENOUGH = 0.8;

/** How long does a loaded model take for the first token of a prompt that it has not seen? */
export const perfTtft: Probe = {
  id: "perf.ttft",
  group: "E",
  tier: "quick",
  title: "the first token of a new 1k prompt comes in time",
  needs: {},
  run: firstToken,
};

async function firstToken(context: ProbeContext): Promise<ProbeOutcome> {
  await warmUp(context);
  // Half of what can be borne: the other probes of speed need their time too.
  const size = Math.floor(context.bearable(2 * PROMPT_TOKENS) / 2);
  const answers: ChatResponse[] = [];
  while (answers.length < REPEATS) {
    const content = `Note ${nonce(context, answers.length)}.\n${filler(size)}\nSay yes.`;
    const { response } = await context.stream(await timedRequest(context, content, 1));
    answers.push(response);
    if (firstTokenMs(response) > SLOW_MS) break;
  }
  const tokens = median(answers.flatMap(({ usage }) => usage.promptTokens ?? [])) ?? size;
  const seenMs = median(answers.map(firstTokenMs)) ?? 0;
  const scale = tokens < PROMPT_TOKENS * CLOSE_ENOUGH ? PROMPT_TOKENS / tokens : 1;
  const rates = answers.flatMap((answer) => prefillRate(answer) ?? []);
  const prefill = median(rates.map(({ tokS }) => tokS));
  const ttftMs = oneDecimal(seenMs * scale);
  const measured = {
    ttft_ms: ttftMs,
    prefill_tok_s: prefill ?? null,
    prompt_tokens: tokens,
    repeats: answers.length,
    // A slow engine gets a shorter prompt; its time is scaled to the size of the budget.
    ttft_scaled: scale !== 1,
    ttft_source: "client",
    prefill_source: rates[0]?.source ?? null,
  };
  const budget = context.settings.ttftBudgetMs;
  if (ttftMs <= budget) return pass(measured);
  const speed = prefill === undefined ? "" : ` (prefill ${prefill} tok/s)`;
  return warn(
    measured,
    `The first token of a new prompt of ${PROMPT_TOKENS} tokens takes ${
      oneDecimal(ttftMs / 1000)
    } s where ${oneDecimal(budget / 1000)} s are bearable${speed}`,
    fixFor(context, FASTER_PREFILL),
  );
}

function firstTokenMs({ timings }: ChatResponse): number {
  return timings.firstTokenMs ?? timings.totalMs;
}
