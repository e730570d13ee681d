import { fixFor } from "../fixes.ts";
import { REPEAT_PENALTY } from "../fixes/generation.ts";
import { fail, pass, type Probe, type ProbeContext, type ProbeOutcome, warn } from "../probe.ts";
import { withoutThinking } from "../thinking.ts";
import { mostRepeated } from "./_shared/repetition.ts";
import { shown } from "./_shared/text.ts";

/** A passage may come this often; a refrain does, a loop goes on. */
const MAX_TIMES = 3;

/** At this temperature an agent works when greedy decoding loops. */
const WARM = 0.7;

/** Does a longer answer fall into a loop? */
export const genLoop: Probe = {
  id: "gen.loop",
  group: "B",
  tier: "standard",
  title: "a longer answer does not loop",
  needs: {},
  run: writeLong,
};

async function writeLong(context: ProbeContext): Promise<ProbeOutcome> {
  const greedy = await essay(context, 0);
  if (greedy.times <= MAX_TIMES) return pass({ repeats: greedy.times, words: greedy.words });
  const warm = await essay(context, WARM);
  const measured = { repeats: greedy.times, repeats_warm: warm.times, words: greedy.words };
  const passage = shown(greedy.passage, 50);
  const fix = fixFor(context, REPEAT_PENALTY);
  if (warm.times <= MAX_TIMES) {
    return warn(
      measured,
      `At temperature 0 the model loops (${passage} ${greedy.times} times), at ${WARM} it does not`,
      fix,
    );
  }
  return fail(
    measured,
    `The model loops at temperature 0 and at ${WARM} (${passage} ${greedy.times} times): a weak model, too few bits, or a wrong template`,
    fix,
  );
}

async function essay(context: ProbeContext, temperature: number) {
  let text = "";
  // A loop is left as soon as it is one.
  const { response } = await context.stream(
    await withoutThinking(context, {
      messages: [{ role: "user", content: "Write an essay of 400 words about rivers and cities." }],
      maxTokens: context.server.kind === "builtin" ? 160 : 400,
      temperature,
    }),
    { until: ({ content }) => mostRepeated(text += content ?? "").times > 2 * MAX_TIMES },
  );
  return { ...mostRepeated(response.content), words: response.content.split(/\s+/).length };
}
