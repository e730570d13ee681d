import type { ModelProvider, Usage } from "../../models/mod.ts";
import { fixFor } from "../fixes.ts";
import { UPGRADE_SERVER } from "../fixes/server.ts";
import { pass, type Probe, type ProbeContext, type ProbeOutcome, warn } from "../probe.ts";
import { ping } from "./_shared/ping.ts";
import { withCompat } from "./_shared/with_compat.ts";

/** Does the server count tokens? */
export const genUsage: Probe = {
  id: "gen.usage",
  group: "B",
  tier: "quick",
  title: "token counts, plain and streamed",
  needs: {},
  run: (context) => withCompat(context, (provider) => count(context, provider)),
};

async function count(context: ProbeContext, provider: ModelProvider): Promise<ProbeOutcome> {
  const request = await ping(context, 4);
  const plain = (await context.chat(request, provider)).usage;
  const streamed = (await context.stream(request, { provider })).response.usage;
  const measured = {
    prompt_tokens: plain.promptTokens ?? null,
    completion_tokens: plain.completionTokens ?? null,
    stream_prompt_tokens: streamed.promptTokens ?? null,
    stream_completion_tokens: streamed.completionTokens ?? null,
  };
  const absent = [
    ...missing(plain).map((what) => `the plain answer gives no ${what}`),
    ...missing(streamed).map((what) => `the stream gives no ${what}`),
  ];
  if (absent.length === 0) return pass(measured);
  return warn(
    measured,
    `Token counts are missing: ${
      absent.join(", ")
    }; owllm counts by itself, so costs and the context meter are estimates`,
    fixFor(context, UPGRADE_SERVER),
  );
}

function missing(usage: Usage): string[] {
  return [
    ...((usage.promptTokens ?? 0) > 0 ? [] : ["prompt_tokens"]),
    ...((usage.completionTokens ?? 0) > 0 ? [] : ["completion_tokens"]),
  ];
}
