import type { ModelProvider } from "../../models/mod.ts";
import { fixFor } from "../fixes.ts";
import { UPGRADE_SERVER } from "../fixes/server.ts";
import {
  fail,
  pass,
  type Probe,
  type ProbeContext,
  type ProbeOutcome,
  skip,
  warn,
} from "../probe.ts";
import { shown } from "./_shared/text.ts";
import { withCompat } from "./_shared/with_compat.ts";

const LIMIT = 16;

/** Chunks after which the limit is taken as ignored and the request is cancelled. */
const ENOUGH_CHUNKS = 3 * LIMIT;

/** Does the server keep to `max_tokens`? */
export const genMaxTokens: Probe = {
  id: "gen.max_tokens",
  group: "B",
  tier: "quick",
  title: "max_tokens is obeyed and reported",
  needs: {},
  run: (context) => withCompat(context, (provider) => tellLong(context, provider)),
};

async function tellLong(context: ProbeContext, provider: ModelProvider): Promise<ProbeOutcome> {
  let seen = 0;
  // Streamed, so that a runaway answer is left early.
  const { response, terminated } = await context.stream({
    messages: [{ role: "user", content: "Tell a long story about a river." }],
    maxTokens: LIMIT,
  }, {
    provider,
    until: ({ content, thinking }) => (content || thinking ? ++seen : seen) > ENOUGH_CHUNKS,
  });
  const tokens = response.usage.completionTokens ?? seen;
  const finish = response.finishReason;
  const measured = { max_tokens: LIMIT, completion_tokens: tokens, finish };
  if (tokens > LIMIT) {
    const runaway = terminated ? "" : " and was still writing when it was cancelled";
    return fail(
      measured,
      `max_tokens ${LIMIT} is ignored: the server sent ${tokens} tokens${runaway}; owllm cuts answers by itself, other clients run away`,
      fixFor(context, UPGRADE_SERVER),
    );
  }
  if (finish === "length") return pass(measured);
  if (tokens < LIMIT) {
    return skip(
      `The model ended by itself after ${tokens} tokens (${
        shown(response.content, 30)
      }), so the limit of ${LIMIT} was not reached`,
      measured,
    );
  }
  return warn(
    measured,
    `The answer was cut at ${tokens} tokens but its finish reason is "${finish}" and not "length": a cut answer looks whole`,
    fixFor(context, UPGRADE_SERVER),
  );
}
