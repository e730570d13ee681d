import { fixFor } from "../fixes.ts";
import { SEPARATE_THINKING } from "../fixes/generation.ts";
import { pass, type Probe, type ProbeContext, type ProbeOutcome, warn } from "../probe.ts";
import { thoughtMarkIn } from "./_shared/thoughts.ts";
import { shown } from "./_shared/text.ts";

/** Content seen after which a leak would have shown, in characters. */
const ENOUGH_CHARS = 40;

/** Are thoughts kept apart from the answer? */
export const genThinkLeak: Probe = {
  id: "gen.think_leak",
  group: "B",
  tier: "quick",
  title: "thoughts are kept apart from the answer",
  needs: { thinking: true },
  run: lookForThoughts,
};

async function lookForThoughts(context: ProbeContext): Promise<ProbeOutcome> {
  let content = "";
  const { response } = await context.stream({
    messages: [{ role: "user", content: "17*23?" }],
    maxTokens: 768,
  }, {
    until: (chunk) => {
      content += chunk.content ?? "";
      return thoughtMarkIn(content) !== undefined || content.length > ENOUGH_CHARS;
    },
  });
  const mark = thoughtMarkIn(response.content);
  const measured = {
    leaked_mark: mark ?? null,
    separate_thinking: response.thinking.trim() !== "",
    content_seen: response.content.length > 0,
  };
  if (mark === undefined) return pass(measured);
  return warn(
    measured,
    `Thoughts leak into the answer: ${mark} in ${
      shown(response.content, 40)
    }; owllm strips them and sends the history without them`,
    fixFor(context, SEPARATE_THINKING),
  );
}
