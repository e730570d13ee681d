import { fixFor } from "../fixes.ts";
import { BIGGER_MODEL } from "../fixes/model.ts";
import type { Probe, ProbeContext, ProbeOutcome } from "../probe.ts";
import { kOfN } from "./_shared/k_of_n.ts";
import { shownCall } from "./_shared/made_calls.ts";
import { shown } from "./_shared/text.ts";
import { runToolLoop } from "./_shared/tool_loop.ts";
import { withoutCalls } from "./_shared/tool_trouble.ts";
import { calledBefore, GET_WEATHER, LIST_FILES } from "./_shared/tools.ts";

const CITIES = ["Oslo", "Rome", "Lima"] as const;
const TOOLS = [GET_WEATHER, LIST_FILES] as const;
const WRONG_NAME = "weather_now";
const NO_SUCH_TOOL =
  `{"error": "no such tool \\"${WRONG_NAME}\\"", "available": ["${GET_WEATHER.name}", "${LIST_FILES.name}"]}`;

/** Most answers in which a right call must come. */
const MAX_STEPS = 2;

/** Does the model find the right name after "no such tool"? */
export const toolUnknown: Probe = {
  id: "tool.unknown",
  group: "D",
  tier: "standard",
  title: 'a valid call after "no such tool"',
  needs: { nativeTools: true },
  run: correct,
};

async function correct(context: ProbeContext): Promise<ProbeOutcome> {
  const missing = await withoutCalls(context);
  if (missing !== undefined) return missing;
  const misses: string[] = [];
  let repeats = 0;
  for (const city of CITIES) {
    const { calls, answer } = await runToolLoop(context, {
      messages: [
        { role: "user", content: `What is the weather in ${city} right now?` },
        ...calledBefore({ name: WRONG_NAME, arguments: JSON.stringify({ city }) }, NO_SUCH_TOOL),
      ],
      tools: TOOLS,
      maxSteps: MAX_STEPS,
      execute: ({ name }) => name === GET_WEATHER.name ? undefined : NO_SUCH_TOOL,
    });
    const last = calls[calls.length - 1];
    if (last?.name === GET_WEATHER.name) continue;
    if (calls.some(({ name }) => name === WRONG_NAME)) repeats++;
    misses.push(
      last === undefined ? `it says ${shown(answer, 50)}` : `it calls ${shownCall(last)}`,
    );
  }
  const n = CITIES.length;
  const k = n - misses.length;
  return kOfN(k, n, { repeats_unknown: repeats }, {
    diagnosis: `After "no such tool" the model finds the right one in ${k} of ${n} tries: ${
      misses[0]
    }${repeats > 0 ? "; owllm's loop guard ends such a run" : ""}`,
    fix: fixFor(context, BIGGER_MODEL),
  });
}
