import type { ChatMessage } from "../../models/mod.ts";
import { fixFor } from "../fixes.ts";
import { BETTER_TEMPLATE, BIGGER_MODEL } from "../fixes/model.ts";
import { fail, type Probe, type ProbeContext, type ProbeOutcome } from "../probe.ts";
import { withoutThinking } from "../thinking.ts";
import { kOfN } from "./_shared/k_of_n.ts";
import { callsMade, shownCall } from "./_shared/made_calls.ts";
import { shown } from "./_shared/text.ts";
import { withoutTools } from "./_shared/tool_trouble.ts";
import { CALL_TOKENS, calledBefore, GET_WEATHER } from "./_shared/tools.ts";

const READINGS = [["Oslo", 98], ["Rome", 41], ["Lima", 67]] as const;

/** Prompt tokens that a result of sixty more words must at least add. */
const LEAST_GROWTH = 30;

/** Does the model use what a tool answered? */
export const toolResult: Probe = {
  id: "tool.result",
  group: "D",
  tier: "quick",
  title: "the result of a tool is used",
  needs: { nativeTools: true },
  run: use,
};

async function use(context: ProbeContext): Promise<ProbeOutcome> {
  const refused = await withoutTools(context);
  if (refused !== undefined) return refused;
  const misses: string[] = [];
  let promptTokens: number | undefined;
  for (const [city, degrees] of READINGS) {
    const response = await context.chat(await asked(context, city, degrees));
    promptTokens = response.usage.promptTokens;
    const [again] = callsMade(response, [GET_WEATHER]);
    if (again !== undefined) misses.push(`it calls ${shownCall(again)} again`);
    else if (!response.content.includes(String(degrees))) {
      misses.push(`it says ${shown(response.content, 50)} after a result of ${degrees}F`);
    }
  }
  const n = READINGS.length;
  const k = n - misses.length;
  const growth = k === n ? undefined : await growthOfPrompt(context, promptTokens);
  const reaches = growth === undefined ? null : growth >= LEAST_GROWTH;
  if (reaches === false) {
    return fail(
      { k, n, passed_of: `${k}/${n}`, result_reaches_model: false },
      `The template drops the tool's result: sixty more words in it add ${growth} prompt tokens; ${
        misses[0]
      }`,
      fixFor(context, BETTER_TEMPLATE),
    );
  }
  return kOfN(k, n, k === n ? {} : { result_reaches_model: reaches }, {
    diagnosis: `The model used the tool's result in ${k} of ${n} answers${
      reaches ? `, although it reaches the model (+${growth} tokens)` : ""
    }: ${misses[0]}`,
    fix: fixFor(context, BIGGER_MODEL),
  });
}

async function growthOfPrompt(
  context: ProbeContext,
  before: number | undefined,
): Promise<number | undefined> {
  const [city, degrees] = READINGS[READINGS.length - 1] ?? READINGS[0];
  const longer = " calm and dry as before".repeat(12);
  const { usage } = await context.chat({
    ...await asked(context, city, degrees, longer),
    maxTokens: 1,
  });
  if (before === undefined || usage.promptTokens === undefined) return undefined;
  return usage.promptTokens - before;
}

function asked(context: ProbeContext, city: string, degrees: number, more = "") {
  const messages: ChatMessage[] = [
    { role: "user", content: `What is the weather in ${city} right now?` },
    ...calledBefore(
      { name: GET_WEATHER.name, arguments: JSON.stringify({ city }) },
      `${degrees}F in ${city}${more}`,
    ),
  ];
  return withoutThinking(context, { messages, tools: [GET_WEATHER], maxTokens: CALL_TOKENS });
}
