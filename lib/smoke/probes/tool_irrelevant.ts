import { fixFor } from "../fixes.ts";
import { SEE_PROFILE } from "../fixes/tools.ts";
import type { Probe, ProbeContext, ProbeOutcome } from "../probe.ts";
import { withoutThinking } from "../thinking.ts";
import { kOfN } from "./_shared/k_of_n.ts";
import { callsMade, shownCall } from "./_shared/made_calls.ts";
import { withoutCalls } from "./_shared/tool_trouble.ts";
import { CALL_TOKENS, GET_WEATHER, LIST_FILES, READ_FILE } from "./_shared/tools.ts";

const TOOLS = [GET_WEATHER, LIST_FILES, READ_FILE] as const;
const TALK = ["Thanks!", "What is the capital of France?", "What is 6 times 7?"] as const;

/** Does the model leave tools alone when none fits? */
export const toolIrrelevant: Probe = {
  id: "tool.irrelevant",
  group: "D",
  tier: "quick",
  title: "no call where no tool fits",
  needs: { nativeTools: true },
  run: talk,
};

async function talk(context: ProbeContext): Promise<ProbeOutcome> {
  const missing = await withoutCalls(context);
  if (missing !== undefined) return missing;
  const needless: string[] = [];
  for (const content of TALK) {
    const response = await context.chat(
      await withoutThinking(context, {
        messages: [{ role: "user", content }],
        tools: TOOLS,
        maxTokens: CALL_TOKENS / 2,
      }),
    );
    const [call] = callsMade(response, TOOLS);
    if (call !== undefined) needless.push(`${shownCall(call)} for "${content}"`);
  }
  const n = TALK.length;
  const k = n - needless.length;
  return kOfN(k, n, { restrained: k === n }, {
    diagnosis: `The model calls tools where none fits, in ${needless.length} of ${n} answers: ${
      needless[0]
    }; owllm adds a line of restraint and shows fewer tools`,
    fix: fixFor(context, SEE_PROFILE),
  });
}
