import { checkToolArguments, type JsonSchema, parseToolArguments } from "../../models/mod.ts";
import { fixFor } from "../fixes.ts";
import { BIGGER_MODEL } from "../fixes/model.ts";
import type { Probe, ProbeContext, ProbeOutcome } from "../probe.ts";
import { withoutThinking } from "../thinking.ts";
import { jsonOf, objectOf } from "./_shared/json.ts";
import { kOfN } from "./_shared/k_of_n.ts";
import { callsMade } from "./_shared/made_calls.ts";
import { withoutCalls } from "./_shared/tool_trouble.ts";
import { CALL_TOKENS, CREATE_TASK } from "./_shared/tools.ts";

const TASKS = [
  'Create a task: title "Paint", priority high, count 5, hours 1.5, urgent true, assignee null, parts: one with label "brush" and quantity 2.',
  'Create a task: title "Clean", priority low, count 12, hours 0.25, urgent false, assignee null, parts: one with label "soap" and quantity 3.',
  'Create a task: title "Plant", priority medium, count 7, hours 3.5, urgent true, assignee null, parts: one with label "seed" and quantity 40.',
] as const;

/** Have arguments the types of their schema? */
export const toolTypes: Probe = {
  id: "tool.types",
  group: "D",
  tier: "standard",
  title: "arguments have the types of their schema",
  needs: { nativeTools: true },
  run: create,
};

async function create(context: ProbeContext): Promise<ProbeOutcome> {
  const missing = await withoutCalls(context);
  if (missing !== undefined) return missing;
  const wrong: string[] = [];
  let k = 0;
  for (const content of TASKS) {
    const response = await context.chat(
      await withoutThinking(context, {
        messages: [{ role: "user", content }],
        tools: [CREATE_TASK],
        maxTokens: 2 * CALL_TOKENS,
      }),
    );
    const [call] = callsMade(response, [CREATE_TASK]);
    const problem = call === undefined ? "no call came" : problemOf(call.arguments);
    if (problem === undefined) k++;
    else wrong.push(problem);
  }
  const n = TASKS.length;
  return kOfN(k, n, { wrong: [...new Set(wrong)].join("; ").slice(0, 300) || null }, {
    diagnosis: `${k} of ${n} calls have the types of their schema: ${wrong[0]}`,
    fix: fixFor(context, BIGGER_MODEL),
  });
}

/** Which properties have the wrong type; undefined when all is right. */
function problemOf(text: string): string | undefined {
  const { parameters } = CREATE_TASK;
  const whole = parseToolArguments(text, parameters);
  if (whole.ok) return undefined;
  if (jsonOf(text) === undefined) return whole.error;
  const properties = parameters["properties"] as Readonly<Record<string, JsonSchema>>;
  const value = objectOf(text);
  const misfits = Object.entries(properties).flatMap(([name, schema]) => {
    if (!(name in value)) return [];
    const one = checkToolArguments({ [name]: value[name] }, { properties: { [name]: schema } });
    return one.ok ? [] : [`${name} is ${JSON.stringify(value[name])?.slice(0, 40)}`];
  });
  return misfits.length > 0 ? misfits.join(", ") : whole.error;
}
