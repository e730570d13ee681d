import type { ToolDefinition } from "../../models/mod.ts";
import { fixFor } from "../fixes.ts";
import { SEE_PROFILE } from "../fixes/tools.ts";
import { fail, pass, type Probe, type ProbeContext, type ProbeOutcome, warn } from "../probe.ts";
import { withoutThinking } from "../thinking.ts";
import { callsMade } from "./_shared/made_calls.ts";
import { withoutCalls } from "./_shared/tool_trouble.ts";
import { CALL_TOKENS } from "./_shared/tools.ts";

const VERBS = ["create", "update", "delete", "archive", "export"] as const;
const NOUNS = ["invoice", "ticket", "product", "customer", "contract", "shipment"] as const;
const SIZES = [5, 15, 30] as const;
const QUESTIONS_PER_SIZE = 5;

/** A size counts as mastered from this share of right choices. */
const GOOD = 0.8;

/** Among how many similar tools does the model still find the right one? */
export const toolMany: Probe = {
  id: "tool.many",
  group: "D",
  tier: "deep",
  title: "the right one of 5, 15 and 30 similar tools",
  needs: { nativeTools: true },
  run: choose,
};

async function choose(context: ProbeContext): Promise<ProbeOutcome> {
  const missing = await withoutCalls(context);
  if (missing !== undefined) return missing;
  const measured: Record<string, number> = {};
  let most = 0;
  for (const size of SIZES) {
    const share = await accuracyAmong(context, toolsOf(size));
    measured[`accuracy_${size}`] = share;
    if (share >= GOOD && (most > 0 || size === SIZES[0])) most = size;
  }
  const largest = SIZES[SIZES.length - 1] ?? 0;
  const curve = SIZES.map((size) => `${size}: ${percent(measured[`accuracy_${size}`])}`).join(", ");
  const all = { ...measured, max_tools: most };
  if (most >= largest) return pass(all);
  return (most > 0 ? warn : fail)(
    all,
    most > 0
      ? `The model finds the right tool among ${most} and no more (${curve}): owllm shows at most ${most} at once`
      : `The model misses the right tool even among ${
        SIZES[0]
      } similar ones (${curve}): owllm shows as few as it can`,
    fixFor(context, SEE_PROFILE),
  );
}

async function accuracyAmong(
  context: ProbeContext,
  tools: readonly ToolDefinition[],
): Promise<number> {
  let right = 0;
  for (let i = 0; i < QUESTIONS_PER_SIZE; i++) {
    const tool = tools[Math.floor(((i + 0.5) * tools.length) / QUESTIONS_PER_SIZE)];
    const [verb = "", noun = ""] = tool?.name.split("_") ?? [];
    const response = await context.chat(
      await withoutThinking(context, {
        messages: [{ role: "user", content: `Please ${verb} the ${noun} with the id ${40 + i}.` }],
        tools,
        maxTokens: CALL_TOKENS,
      }),
    );
    if (callsMade(response, tools)[0]?.name === tool?.name) right++;
  }
  return right / QUESTIONS_PER_SIZE;
}

/** Near duplicates: five verbs for each noun. */
function toolsOf(count: number): ToolDefinition[] {
  const all = NOUNS.flatMap((noun) =>
    VERBS.map((verb) => ({
      name: `${verb}_${noun}`,
      description: `${verb[0]?.toUpperCase()}${verb.slice(1)}s one ${noun}`,
      parameters: {
        type: "object",
        properties: { id: { type: "integer" } },
        required: ["id"],
        additionalProperties: false,
      },
    }))
  );
  return all.slice(0, count);
}

function percent(share: number | undefined): string {
  return `${Math.round((share ?? 0) * 100)} %`;
}
