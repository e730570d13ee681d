import { OwllmError } from "../../core/mod.ts";
import { fixFor } from "../fixes.ts";
import { ASK_CONTEXT, FIXED_CONTEXT, LONGER_MODEL } from "../fixes/context.ts";
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
import { loadedContext } from "./_shared/loaded_context.ts";
import { askForNeedle, type NeedleAnswer } from "./_shared/needle.ts";
import { formatTokens } from "./_shared/text.ts";

/** Sizes of the quick tier, in tokens. */
const QUICK_SIZES = [2_000, 6_000] as const;

/** Sizes of the deep tier go on doubling up to the agent's context. */
const DEEP_FROM = 12_000;

/** Share of the loaded context that a prompt may fill: the answer needs room too. */
const USABLE = 0.9;

/** A prompt counts as cut when the server saw less than this share of what was to be expected. */
const COMPLETE = 0.8;

/** The filler has 4.4 to 4.6 characters a token; no tokenizer makes less than a token of a word. */
const MOST_CHARS_PER_TOKEN = 5.5;

/** With less than this there is no room for an agent: only another model helps. */
const LEAST_AGENT_TOKENS = 4_096;

/** A bisection that is closer than this share of the limit has found it. */
const BISECT_SHARE = 0.05;

/** Does the whole prompt reach the model, or is it cut without a word? */
export const ctxReal: Probe = {
  id: "ctx.real",
  group: "C",
  tier: "quick",
  title: "a long prompt reaches the model whole",
  needs: {},
  run: measureBoth,
};

/** A size that was tried. `refused`: the server said an error instead of cutting. */
interface Trial {
  readonly tokens: number;
  readonly answer: NeedleAnswer | undefined;
  readonly whole: boolean;
  readonly refused: string | undefined;
}

/** On Ollama also what the clients of `/v1` get, which has no way to ask for a context. */
async function measureBoth(context: ProbeContext): Promise<ProbeOutcome> {
  const own = await measure(context);
  const { compat, settings } = context;
  if (compat === undefined || settings.contextTokens === undefined) return own;
  const native = await loadedContext(context);
  const v1 = await loadedContext(context, compat);
  const measured = { ...own.measured, native_status: own.status, v1_loaded_tokens: v1 ?? null };
  if (own.status !== "pass" || native === undefined || v1 === undefined || v1 >= native) {
    return { ...own, measured };
  }
  return warn(
    measured,
    `Clients of Ollama's /v1 get a context of ${formatTokens(v1)} where owllm gets ${
      formatTokens(native)
    }: /v1 ignores num_ctx (owllm uses the native API)`,
    fixFor(context, FIXED_CONTEXT, { tokens: native }),
  );
}

async function measure(context: ProbeContext): Promise<ProbeOutcome> {
  const control = await askForNeedle(context, 0);
  if (control.promptTokens === undefined) {
    return skip("The server does not count prompt tokens, so a cut cannot be seen");
  }
  const trials: Trial[] = [];
  for (const size of await sizesFor(context)) {
    // Asked anew each time: the prompt before has shown how fast this machine reads.
    const tokens = Math.floor(context.bearable(size));
    if (tokens <= (trials.at(-1)?.tokens ?? 0)) break;
    const trial = await tryTokens(context, tokens, control, trials);
    trials.push(trial);
    if (!trial.whole) break;
  }
  if (context.settings.tier === "deep") trials.push(...await bisect(context, control, trials));
  return judge(context, control, trials);
}

async function sizesFor(context: ProbeContext): Promise<number[]> {
  const { tier, agentContextTokens } = context.settings;
  const loaded = await loadedContext(context);
  const most = Math.min(loaded ?? Number.POSITIVE_INFINITY, agentContextTokens) * USABLE;
  const deep: number[] = [];
  for (let size = DEEP_FROM; tier === "deep" && size < most; size *= 2) deep.push(size);
  return [...QUICK_SIZES, ...deep, ...(tier === "deep" ? [most] : [])]
    .map((size) => Math.min(size, most));
}

async function tryTokens(
  context: ProbeContext,
  tokens: number,
  control: NeedleAnswer,
  before: readonly Trial[],
): Promise<Trial> {
  try {
    const answer = await askForNeedle(context, tokens);
    const grown = (answer.promptTokens ?? 0) - (control.promptTokens ?? 0);
    const expected = (answer.characters - control.characters) * densityOf(control, before);
    return { tokens, answer, whole: grown >= COMPLETE * expected, refused: undefined };
  } catch (error) {
    if (!(error instanceof OwllmError) || error.code !== "model") throw error;
    return { tokens, answer: undefined, whole: false, refused: error.message };
  }
}

/** Tokens per character, as the sizes before have shown; at first the least that is possible. */
function densityOf(control: NeedleAnswer, before: readonly Trial[]): number {
  const answer = before.findLast(({ whole }) => whole)?.answer;
  if (answer === undefined) return 1 / MOST_CHARS_PER_TOKEN;
  return ((answer.promptTokens ?? 0) - (control.promptTokens ?? 0)) /
    (answer.characters - control.characters);
}

/** Narrows the limit down between the last whole and the first cut prompt. */
async function bisect(
  context: ProbeContext,
  control: NeedleAnswer,
  trials: readonly Trial[],
): Promise<Trial[]> {
  let high = trials.find(({ whole }) => !whole)?.tokens;
  let low = trials.findLast(({ whole }) => whole)?.tokens ?? 0;
  const found: Trial[] = [];
  while (high !== undefined && high - low > high * BISECT_SHARE) {
    const trial = await tryTokens(context, Math.floor((low + high) / 2), control, trials);
    found.push(trial);
    if (trial.whole) low = trial.tokens;
    else high = trial.tokens;
  }
  return found;
}

function judge(
  context: ProbeContext,
  control: NeedleAnswer,
  trials: readonly Trial[],
): ProbeOutcome {
  const seen = (trial: Trial) => trial.answer?.promptTokens ?? 0;
  const whole = trials.filter((trial) => trial.whole);
  const real = Math.max(0, ...whole.map(seen));
  const cut = trials.find((trial) => !trial.whole && trial.refused === undefined);
  const refused = trials.find((trial) => trial.refused !== undefined);
  const recalled = Math.max(0, ...whole.filter((trial) => trial.answer?.recalled).map(seen));
  const measured: Measured = {
    real_tokens: cut === undefined ? real : seen(cut),
    tried_tokens: Math.max(...trials.map(({ tokens }) => tokens)),
    recalled_short: control.recalled,
    recalled_long: whole.at(-1)?.answer?.recalled ?? null,
    recalled_tokens: recalled,
  };
  const wanted = { tokens: context.settings.agentContextTokens };
  if (cut !== undefined) {
    return fail(
      measured,
      `Prompts are cut silently, with status 200: of about ${
        formatTokens(cut.tokens)
      } the model saw ${formatTokens(seen(cut))}; system prompt and tools are lost first`,
      fixFor(context, FIXED_CONTEXT, wanted),
    );
  }
  if (refused !== undefined) {
    return fail(
      measured,
      `A prompt of about ${
        formatTokens(refused.tokens)
      }, within what the server declares, is refused: ${refused.refused}`,
      fixFor(context, FIXED_CONTEXT, wanted),
    );
  }
  if (!control.recalled || whole.at(-1)?.answer?.recalled) return pass(measured);
  return warn(
    measured,
    `All ${
      formatTokens(real)
    } reach the model, but it no longer finds what stands in their first line (with a short prompt it does)`,
    recalled < LEAST_AGENT_TOKENS
      ? fixFor(context, LONGER_MODEL, wanted)
      : fixFor(context, ASK_CONTEXT, { tokens: recalled }),
  );
}
