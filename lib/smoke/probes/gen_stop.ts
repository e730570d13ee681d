import { fixFor } from "../fixes.ts";
import { UPGRADE_SERVER } from "../fixes/server.ts";
import { fail, pass, type Probe, type ProbeContext, type ProbeOutcome, skip } from "../probe.ts";
import { withoutThinking } from "../thinking.ts";
import { shown } from "./_shared/text.ts";

const STOP = "STOP7";

/** Does the server end an answer at a stop string? */
export const genStop: Probe = {
  id: "gen.stop",
  group: "B",
  tier: "standard",
  title: "stop strings are obeyed",
  needs: {},
  run: stopAtWord,
};

async function stopAtWord(context: ProbeContext): Promise<ProbeOutcome> {
  const prompt = `Write exactly this line and nothing else: A ${STOP} B`;
  const text = await ask(context, prompt, STOP);
  const measured = { stop: STOP, text: shown(text) };
  if (text.includes(STOP)) return ignored(context, measured, STOP, text);
  if (/\bA\b/.test(text)) return pass(measured);
  return stopAtOwnWord(context);
}

/** A model that does not write the line is stopped at a word that it does write. */
async function stopAtOwnWord(context: ProbeContext): Promise<ProbeOutcome> {
  const prompt = "Name three colours.";
  const whole = await ask(context, prompt);
  const words = whole.match(/[A-Za-z]{4,}/g) ?? [];
  const stop = words.find((word) => whole.indexOf(word) > 0);
  if (stop === undefined) {
    return skip(`The model wrote no word to stop at: ${shown(whole)}`, { text: shown(whole) });
  }
  const text = await ask(context, prompt, stop);
  const measured = { stop, text: shown(text), text_without_stop: shown(whole) };
  return text.includes(stop) ? ignored(context, measured, stop, text) : pass(measured);
}

async function ask(context: ProbeContext, content: string, stop?: string): Promise<string> {
  const request = await withoutThinking(context, {
    messages: [{ role: "user", content }],
    maxTokens: 24,
    ...(stop === undefined ? {} : { stop: [stop] }),
  });
  return (await context.chat(request)).content;
}

function ignored(
  context: ProbeContext,
  measured: ProbeOutcome["measured"],
  stop: string,
  text: string,
): ProbeOutcome {
  return fail(
    measured,
    `The stop string "${stop}" is ignored: the answer goes on past it (${shown(text)})`,
    fixFor(context, UPGRADE_SERVER),
  );
}
