import { OwllmError } from "../../core/mod.ts";
import type { ChatResponse } from "../../models/mod.ts";
import { fixFor } from "../fixes.ts";
import { NO_THINKING } from "../fixes/generation.ts";
import {
  pass,
  type Probe,
  type ProbeContext,
  type ProbeOutcome,
  type ProbeRequest,
  warn,
} from "../probe.ts";
import { thoughtMarkIn, withoutThoughts } from "./_shared/thoughts.ts";

const QUESTION = "17*23?";

/** Ways to ask a model not to think, by their names in the profile. */
const KNOBS: Readonly<Record<string, Partial<ProbeRequest>>> = {
  think_false: { think: false },
  reasoning_effort_none: { extra: { reasoning_effort: "none" } },
  no_think_in_prompt: { messages: [{ role: "user", content: `${QUESTION} /no_think` }] },
};

/** Can thinking be switched off, and how? */
export const genThinkOff: Probe = {
  id: "gen.think_off",
  group: "B",
  tier: "standard",
  title: "thinking can be switched off",
  needs: { thinking: true },
  run: tryKnobs,
};

async function tryKnobs(context: ProbeContext): Promise<ProbeOutcome> {
  const measured: Record<string, string> = {};
  let spent = 0;
  for (const [name, knob] of Object.entries(KNOBS)) {
    const result = await turn(context, knob);
    measured[name] = result.said;
    if (result.works) return pass({ ...measured, knob: name });
    spent = Math.max(spent, result.tokens);
  }
  return warn(
    { ...measured, extra_tokens: spent },
    `No way to switch thinking off works (${
      Object.entries(measured).map(([name, said]) => `${name}: ${said}`).join(", ")
    }): budget every step +${spent} tokens`,
    fixFor(context, NO_THINKING),
  );
}

async function turn(context: ProbeContext, knob: Partial<ProbeRequest>) {
  try {
    const answer = await context.chat({
      messages: [{ role: "user", content: QUESTION }],
      maxTokens: 512,
      ...knob,
    });
    return judge(answer);
  } catch (error) {
    if (!(error instanceof OwllmError) || error.code !== "model") throw error;
    return { works: false, said: `refused ${error.context["status"] ?? ""}`.trim(), tokens: 0 };
  }
}

/** An empty fence is how some templates write that there were no thoughts. */
function judge({ content, thinking, usage }: ChatResponse) {
  const tokens = usage.completionTokens ?? Math.ceil((content.length + thinking.length) / 4);
  const answer = withoutThoughts(content);
  const fenced = thoughtMarkIn(content) !== undefined &&
    content.replaceAll(/<\/?think(?:ing)?>/g, "").trim().length > answer.length;
  if (thinking.trim() !== "" || fenced) {
    return { works: false, said: `still thinks, ${tokens} tokens`, tokens };
  }
  if (answer === "") return { works: false, said: "empty answer", tokens };
  return { works: true, said: `works, ${tokens} tokens`, tokens };
}
