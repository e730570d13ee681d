import { OwllmError } from "../../core/mod.ts";
import { fixFor } from "../fixes.ts";
import { ONE_AT_A_TIME } from "../fixes/server.ts";
import { SERVE_IN_PARALLEL } from "../fixes/speed.ts";
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
import { oneDecimal, timedRequest, warmUp } from "./_shared/speed.ts";
import { hasText } from "./_shared/stream_for.ts";
import { shown } from "./_shared/text.ts";

/** The biggest number of requests at once; before it comes a wave of half as many. */
const MOST = 4;

/** Words that begin a nonce; no two alike, so that a foreign one is never a slip of the pen. */
const WORDS = ["RAVEN", "OTTER", "MAPLE", "COMET", "DELTA", "LOTUS", "PIXEL", "TIGER"] as const;

/** How often an answer has its nonce: long enough to see which answers overlap. */
const REPEATS = 6;
const ANSWER_TOKENS = 48;

/** Answers that are written for at least so long overlap, unless they are queued; in ms. */
const LONG_ENOUGH_MS = 50;

/** Shorter ones are queued when they take this share of what they would take one by one. */
const QUEUED_SHARE = 0.7;

/** A wait of less than this matters to nobody and may be noise, in ms. */
const LEAST_WAIT_MS = 100;

/** Do requests at once each get their own answer, and are they worked on at once? */
export const perfParallel: Probe = {
  id: "perf.parallel",
  group: "E",
  tier: "standard",
  title: "requests at once get their own answers and do not queue",
  needs: {},
  run: parallel,
};

/** One answered request. */
interface Answer {
  readonly nonce: string;
  readonly text: string;
  /** When its text began and ended, in ms on the clock of the run. */
  readonly from: number;
  readonly to: number;
  readonly totalMs: number;
}

async function parallel(context: ProbeContext): Promise<ProbeOutcome> {
  if (context.server.kind === "builtin") {
    return skip("The built-in engine answers one request after the other");
  }
  await warmUp(context);
  const nonces = noncesOf(context);
  const alone = [await ask(context, nonces[0] ?? ""), await ask(context, nonces[1] ?? "")];
  const { clock } = context;
  try {
    const start = clock.monotonic();
    const two = await atOnce(context, nonces.slice(2, 2 + MOST / 2));
    const between = clock.monotonic();
    const four = await atOnce(context, nonces.slice(2 + MOST / 2, 2 + MOST / 2 + MOST));
    const end = clock.monotonic();
    return judge(context, { alone, two, four, twoMs: between - start, fourMs: end - between });
  } catch (error) {
    if (!(error instanceof OwllmError) || error.code !== "model") throw error;
    return warn(
      { at_once: 1, error: error.code },
      `The server refuses requests while it is at work: ${error.message}`,
      fixFor(context, SERVE_IN_PARALLEL, slots(context)),
    );
  }
}

interface Waves {
  readonly alone: readonly Answer[];
  readonly two: readonly Answer[];
  readonly four: readonly Answer[];
  readonly twoMs: number;
  readonly fourMs: number;
}

function judge(context: ProbeContext, waves: Waves): ProbeOutcome {
  const { alone, two, four, twoMs, fourMs } = waves;
  const together = [...two, ...four];
  const foreign = crossTalk([...alone, ...together]);
  const singleMs = Math.min(...alone.map(({ totalMs }) => totalMs));
  const most = mostAtOnce(four);
  const capable = alone.every(hasOwn);
  const measured: Measured = {
    single_ms: Math.round(singleMs),
    two_ms: Math.round(twoMs),
    four_ms: Math.round(fourMs),
    at_once: most,
    // A model that cannot repeat its own nonce alone is judged by time only.
    own_nonce: capable ? `${together.filter(hasOwn).length}/${together.length}` : "not judged",
  };
  if (foreign !== undefined) {
    return fail(
      measured,
      `Answers are mixed up: the request with ${foreign.asked} was answered with ${foreign.got} of another one (${
        shown(foreign.text, 40)
      })`,
      fixFor(context, ONE_AT_A_TIME),
    );
  }
  const wouldOverlap = four.every(({ from, to }) => to - from >= LONG_ENOUGH_MS);
  const queued = most === 1 && fourMs - singleMs >= LEAST_WAIT_MS &&
    (wouldOverlap || fourMs >= QUEUED_SHARE * MOST * singleMs);
  if (!queued) return pass(measured);
  return warn(
    measured,
    `${MOST} requests at once are answered one after the other: ${
      oneDecimal(fourMs / 1000)
    } s, one alone ${
      oneDecimal(singleMs / 1000)
    } s (context is divided among slots or takes memory for each)`,
    fixFor(context, SERVE_IN_PARALLEL, slots(context)),
  );
}

function slots({ settings }: ProbeContext): { readonly n: number; readonly context: number } {
  return { n: MOST, context: settings.agentContextTokens };
}

function noncesOf({ clock }: ProbeContext): readonly string[] {
  const time = clock.now().getTime();
  return WORDS.map((word, i) => `${word}${1000 + ((time + i * 1777) % 9000)}`);
}

/** Asks with all nonces at once; the first error counts when all have ended. */
async function atOnce(
  context: ProbeContext,
  nonces: readonly string[],
): Promise<readonly Answer[]> {
  const ended = await Promise.allSettled(nonces.map((nonce) => ask(context, nonce)));
  return ended.map((one) => {
    if (one.status === "rejected") throw one.reason;
    return one.value;
  });
}

async function ask(context: ProbeContext, nonce: string): Promise<Answer> {
  const words = new Array<string>(REPEATS).fill(nonce).join(" ");
  const request = await timedRequest(context, `Repeat exactly: ${words}`, ANSWER_TOKENS);
  const start = context.clock.monotonic();
  const { chunks, response } = await context.stream(request);
  const times = chunks.filter(hasText).map(({ atMs }) => start + atMs);
  return {
    nonce,
    text: `${response.thinking} ${response.content}`,
    from: times[0] ?? start,
    to: times.at(-1) ?? start,
    totalMs: response.timings.totalMs,
  };
}

const hasOwn = ({ nonce, text }: Answer) => text.includes(nonce);

/** The first answer with the nonce of another request. */
function crossTalk(
  answers: readonly Answer[],
): { readonly asked: string; readonly got: string; readonly text: string } | undefined {
  for (const { nonce, text } of answers) {
    const other = answers.find((one) => one.nonce !== nonce && text.includes(one.nonce));
    if (other !== undefined) return { asked: nonce, got: other.nonce, text };
  }
  return undefined;
}

/** How many answers were being written at the same time. */
function mostAtOnce(answers: readonly Answer[]): number {
  return Math.max(
    1,
    ...answers.map(({ from }) =>
      answers.filter((other) => other.from <= from && from < other.to).length
    ),
  );
}
