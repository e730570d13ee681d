import { fixFor } from "../fixes.ts";
import { BIGGER_MODEL } from "../fixes/model.ts";
import { fail, pass, type Probe, type ProbeContext, type ProbeOutcome, warn } from "../probe.ts";
import { parseToolArguments } from "../../models/mod.ts";
import { callsMade } from "./_shared/made_calls.ts";
import { weatherRequest } from "./_shared/tool_replies.ts";
import { withoutCalls } from "./_shared/tool_trouble.ts";
import { GET_WEATHER } from "./_shared/tools.ts";
import { wilsonInterval } from "./_shared/wilson.ts";

const TRIES = 20;

/** Right calls of the tries that make a pass. */
const ENOUGH = 19;

/** Fewer than this and most runs of an agent break. */
const USABLE = 16;

/** What agents use: a little warmth gets a model out of loops. */
const AGENT_TEMPERATURE = 0.3;

/** Steps of a short run of an agent. */
const RUN_STEPS = 10;

/** How often is a call right at the temperature of an agent? */
export const toolFlaky: Probe = {
  id: "tool.flaky",
  group: "D",
  tier: "deep",
  title: "twenty calls at an agent's temperature",
  needs: { nativeTools: true },
  run: repeat,
};

async function repeat(context: ProbeContext): Promise<ProbeOutcome> {
  const missing = await withoutCalls(context);
  if (missing !== undefined) return missing;
  const request = await weatherRequest(context);
  let k = 0;
  for (let seed = 1; seed <= TRIES; seed++) {
    const response = await context.chat({ ...request, temperature: AGENT_TEMPERATURE, seed });
    const calls = callsMade(response, [GET_WEATHER]);
    const [call] = calls;
    const right = calls.length === 1 && call?.name === GET_WEATHER.name &&
      parseToolArguments(call.arguments, GET_WEATHER.parameters).ok;
    if (right) k++;
  }
  const [low, high] = wilsonInterval(k, TRIES);
  const rate = k / TRIES;
  const measured = {
    k,
    n: TRIES,
    passed_of: `${k}/${TRIES}`,
    rate,
    rate_low: low,
    rate_high: high,
    temperature: AGENT_TEMPERATURE,
  };
  if (k >= ENOUGH) return pass(measured);
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  return (k >= USABLE ? warn : fail)(
    measured,
    `${k} of ${TRIES} calls are right (95 % interval ${percent(low)} to ${
      percent(high)
    }): at this rate ${percent(rate ** RUN_STEPS)} of runs of ${RUN_STEPS} steps see no wrong call`,
    fixFor(context, BIGGER_MODEL),
  );
}
