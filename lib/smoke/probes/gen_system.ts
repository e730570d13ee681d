import type { ChatMessage } from "../../models/mod.ts";
import { fixFor } from "../fixes.ts";
import { BETTER_TEMPLATE, BIGGER_MODEL } from "../fixes/model.ts";
import { fail, pass, type Probe, type ProbeContext, type ProbeOutcome, warn } from "../probe.ts";
import { withoutThinking } from "../thinking.ts";
import { shown } from "./_shared/text.ts";

const MARK = /ZX-?41/i;
const SYSTEM = "Always end your answer with the code ZX-41.";
const QUESTIONS = [
  "Reply with the single word blue.",
  "What is 6 times 7?",
  "What is the capital of France?",
] as const;

/** A system prompt that is longer by many tokens; says whether system prompts reach the model. */
const LONG_SYSTEM = `${SYSTEM} ${
  "Be brief, polite, exact and calm in all that you say. ".repeat(4)
}`;

/** Prompt tokens by which the longer system prompt must at least grow the count. */
const LEAST_GROWTH = 20;

/** Is the system prompt obeyed, and if not, does it reach the model? */
export const genSystem: Probe = {
  id: "gen.system",
  group: "B",
  tier: "quick",
  title: "the system prompt is obeyed",
  needs: {},
  run: obeys,
};

async function obeys(context: ProbeContext): Promise<ProbeOutcome> {
  const n = QUESTIONS.length;
  const room = context.server.kind === "builtin" ? 16 : 24;
  let k = 0;
  let disobeyed = "";
  let promptTokens: number | undefined;
  for (const question of QUESTIONS) {
    const { content, usage } = await context.chat(await asked(context, SYSTEM, question, room));
    if (MARK.test(content)) k++;
    else disobeyed ||= content;
    promptTokens = usage.promptTokens;
  }
  const counted = { k, n, passed_of: `${k}/${n}` };
  if (k === n) return pass(counted);
  const growth = await growthOfPrompt(context, promptTokens);
  const measured = {
    ...counted,
    system_reaches_model: growth === undefined ? null : growth >= LEAST_GROWTH,
  };
  if (growth !== undefined && growth < LEAST_GROWTH) {
    return fail(
      measured,
      `The template drops the system prompt: a longer one adds ${growth} prompt tokens, and ${k} of ${n} answers obeyed it; owllm moves it into the first user turn`,
      fixFor(context, BETTER_TEMPLATE),
    );
  }
  const reaches = growth === undefined ? "" : `, which does reach it (+${growth} tokens)`;
  return (k === n - 1 ? warn : fail)(
    measured,
    `The model obeyed the system prompt in ${k} of ${n} answers${reaches}: ${shown(disobeyed, 40)}`,
    fixFor(context, BIGGER_MODEL),
  );
}

/** How many prompt tokens a longer system prompt adds; undefined when the server does not count. */
async function growthOfPrompt(
  context: ProbeContext,
  before: number | undefined,
): Promise<number | undefined> {
  if (context.server.kind === "builtin") return undefined; // Our own template has the role.
  const last = QUESTIONS[QUESTIONS.length - 1] ?? "";
  const { usage } = await context.chat(await asked(context, LONG_SYSTEM, last, 1));
  if (before === undefined || usage.promptTokens === undefined) return undefined;
  return usage.promptTokens - before;
}

function asked(context: ProbeContext, system: string, question: string, maxTokens: number) {
  const messages: ChatMessage[] = [
    { role: "system", content: system },
    { role: "user", content: question },
  ];
  return withoutThinking(context, { messages, maxTokens });
}
