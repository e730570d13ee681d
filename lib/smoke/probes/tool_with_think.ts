import { recoverToolCall } from "../../models/mod.ts";
import { fixFor } from "../fixes.ts";
import { SEPARATE_THINKING } from "../fixes/generation.ts";
import { fail, type Probe, type ProbeContext, type ProbeOutcome } from "../probe.ts";
import { kOfN } from "./_shared/k_of_n.ts";
import { shown } from "./_shared/text.ts";
import { weatherRequest } from "./_shared/tool_replies.ts";
import { withoutNativeCalls } from "./_shared/tool_trouble.ts";
import { GET_WEATHER } from "./_shared/tools.ts";

const CITIES = ["Oslo", "Rome", "Lima"] as const;

/** Room for thoughts and a call, in tokens. */
const THOUGHT_TOKENS = 1024;

/** Does a call come out whole while the model thinks? */
export const toolWithThink: Probe = {
  id: "tool.with_think",
  group: "D",
  tier: "standard",
  title: "a call while thinking, streamed",
  needs: { nativeTools: true, thinking: true },
  run: think,
};

async function think(context: ProbeContext): Promise<ProbeOutcome> {
  const missing = await withoutNativeCalls(context);
  if (missing !== undefined) return missing;
  const misses: string[] = [];
  let inThoughts = 0;
  let thoughts = 0;
  for (const city of CITIES) {
    const { response } = await context.stream({
      ...await weatherRequest(context, city),
      think: true,
      maxTokens: THOUGHT_TOKENS,
    });
    if (response.thinking.trim() !== "") thoughts++;
    if (response.toolCalls.length > 0) continue;
    if (recoverToolCall(response.thinking, [GET_WEATHER]) !== undefined) inThoughts++;
    misses.push(
      response.finishReason === "length"
        ? `${THOUGHT_TOKENS} tokens went into thoughts`
        : `it says ${shown(response.content || response.thinking, 50)}`,
    );
  }
  const n = CITIES.length;
  const k = n - misses.length;
  const measured = { thoughts, calls_in_thoughts: inThoughts };
  const fix = fixFor(context, SEPARATE_THINKING);
  if (inThoughts > 0) {
    return fail(
      { k, n, passed_of: `${k}/${n}`, ...measured },
      `With thinking on the call stands in the thoughts and not in tool_calls, in ${inThoughts} of ${n} answers (ollama#10976): owllm switches thinking off for calls`,
      fix,
    );
  }
  return kOfN(k, n, measured, {
    diagnosis: `With thinking on ${k} of ${n} answers hold the call: ${misses[0]}`,
    fix,
  });
}
