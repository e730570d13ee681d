import { fixFor } from "../fixes.ts";
import { CONSTRAINED_JSON } from "../fixes/generation.ts";
import { pass, type Probe, type ProbeContext, type ProbeOutcome, warn } from "../probe.ts";
import { withoutThinking } from "../thinking.ts";

const PROMPT = "Describe an order of three red shirts in prose. Write no JSON.";

/** Is the schema enforced while decoding, or only shown to the model as a hint? */
export const genSchemaForced: Probe = {
  id: "gen.schema_forced",
  group: "B",
  tier: "standard",
  title: "a schema is enforced even against the prompt",
  needs: {},
  run: againstPrompt,
};

async function againstPrompt(context: ProbeContext): Promise<ProbeOutcome> {
  const { flawOf, ORDER_SCHEMA, ORDER_TOKENS } = await import("./_shared/order_schema.ts");
  const answer = await context.chat(
    await withoutThinking(context, {
      messages: [{ role: "user", content: PROMPT }],
      schema: ORDER_SCHEMA,
      maxTokens: ORDER_TOKENS,
    }),
  );
  const flaw = flawOf(answer);
  if (flaw === undefined) return pass({ enforced: true });
  return warn(
    { enforced: false, flaw },
    `The schema is only a hint here, decoding is not constrained: against the prompt ${flaw}; owllm validates and asks again`,
    fixFor(context, CONSTRAINED_JSON),
  );
}
