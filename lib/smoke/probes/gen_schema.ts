import type { ModelProvider } from "../../models/mod.ts";
import { fixFor } from "../fixes.ts";
import { CONSTRAINED_JSON, SCHEMA_WITH_THINKING } from "../fixes/generation.ts";
import { fail, pass, type Probe, type ProbeContext, type ProbeOutcome, warn } from "../probe.ts";
import { canThink, withoutThinking } from "../thinking.ts";
import { withCompat } from "./_shared/with_compat.ts";

const PROMPT = "Order as JSON: color red, count 3, sizes S, customer vip true.";

/** Tokens for an object behind thoughts. */
const WITH_THOUGHTS = 1024;

/** Does an answer obey a JSON schema, plain and streamed? */
export const genSchema: Probe = {
  id: "gen.schema",
  group: "B",
  tier: "quick",
  title: "answers obey a JSON schema, plain and streamed",
  needs: {},
  run: (context) => withCompat(context, (provider) => obey(context, provider)),
};

async function obey(context: ProbeContext, provider: ModelProvider): Promise<ProbeOutcome> {
  const { flawOf, ORDER_SCHEMA, ORDER_TOKENS } = await import("./_shared/order_schema.ts");
  const request = await withoutThinking(context, {
    messages: [{ role: "user", content: PROMPT }],
    schema: ORDER_SCHEMA,
    maxTokens: ORDER_TOKENS,
  });
  const plain = flawOf(await context.chat(request, provider));
  const streamed = flawOf((await context.stream(request, { provider })).response);
  const measured = { plain: plain ?? "valid", stream: streamed ?? "valid" };
  if (plain === undefined && streamed === undefined) return pass(measured);
  if (await canThink(context)) {
    const thought = { ...request, think: true, maxTokens: ORDER_TOKENS + WITH_THOUGHTS };
    const withThinking = flawOf(await context.chat(thought, provider));
    if (withThinking === undefined) {
      return warn(
        { ...measured, with_thinking: "valid" },
        `The schema breaks with thinking off (${plain ?? streamed}) and holds with thinking on`,
        fixFor(context, SCHEMA_WITH_THINKING, { think: true }),
      );
    }
  }
  if (plain === undefined) {
    return warn(
      measured,
      `The schema holds in a plain answer and breaks in a stream: ${streamed}; owllm asks for JSON without streaming`,
      fixFor(context, CONSTRAINED_JSON),
    );
  }
  return fail(
    measured,
    `The server does not enforce the JSON schema: ${plain}`,
    fixFor(context, CONSTRAINED_JSON),
  );
}
