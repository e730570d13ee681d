import { fixFor } from "../fixes.ts";
import { ONE_AT_A_TIME } from "../fixes/server.ts";
import { pass, type Probe, type ProbeContext, type ProbeOutcome, warn } from "../probe.ts";
import { withoutThinking } from "../thinking.ts";

const WARM = 0.8;

/** Do equal requests give equal answers? */
export const genSeed: Probe = {
  id: "gen.seed",
  group: "B",
  tier: "standard",
  title: "equal requests give equal answers",
  needs: {},
  run: repeat,
};

async function repeat(context: ProbeContext): Promise<ProbeOutcome> {
  const first = await ask(context, 0, 7);
  const second = await ask(context, 0, 7);
  const third = await ask(context, 0, 7);
  const warm = await ask(context, WARM, 7);
  const warmAgain = await ask(context, WARM, 7);
  const other = await ask(context, WARM, 8);
  const measured = {
    greedy: first === second && second === third
      ? "bitwise"
      : second === third
      ? "first request differs"
      : "none",
    seed_7_repeats: warm === warmAgain,
    // A sure model says the same under every seed: told, not judged.
    seed_8_differs: other !== warm,
  };
  if (measured.greedy === "bitwise" && measured.seed_7_repeats) return pass(measured);
  const what = measured.greedy === "first request differs"
    ? "At temperature 0 run 1 differs from the cached runs 2 and 3"
    : measured.greedy === "none"
    ? "At temperature 0 three equal requests gave different answers"
    : `At temperature ${WARM} two requests with seed 7 gave different answers: the seed is ignored`;
  return warn(
    measured,
    `${what}; a replay must use recorded answers`,
    fixFor(context, ONE_AT_A_TIME),
  );
}

async function ask(context: ProbeContext, temperature: number, seed: number): Promise<string> {
  const request = await withoutThinking(context, {
    messages: [{ role: "user", content: "Tell a story about a lighthouse in one sentence." }],
    maxTokens: 32,
    temperature,
    seed,
  });
  return (await context.chat(request)).content;
}
