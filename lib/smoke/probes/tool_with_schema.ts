import { OwllmError } from "../../core/mod.ts";
import { fixFor } from "../fixes.ts";
import { SEE_PROFILE } from "../fixes/tools.ts";
import { pass, type Probe, type ProbeContext, type ProbeOutcome, warn } from "../probe.ts";
import { shown } from "./_shared/text.ts";
import { weatherRequest } from "./_shared/tool_replies.ts";
import { withoutNativeCalls } from "./_shared/tool_trouble.ts";

const ANSWER_SCHEMA = {
  name: "answer",
  schema: {
    type: "object",
    properties: { answer: { type: "string" } },
    required: ["answer"],
    additionalProperties: false,
  },
} as const;

/** Do tools still work when a schema for the answer is sent with them? */
export const toolWithSchema: Probe = {
  id: "tool.with_schema",
  group: "D",
  tier: "standard",
  title: "tools and a schema in one request",
  needs: { nativeTools: true },
  run: together,
};

async function together(context: ProbeContext): Promise<ProbeOutcome> {
  const missing = await withoutNativeCalls(context);
  if (missing !== undefined) return missing;
  try {
    const response = await context.chat({
      ...await weatherRequest(context),
      schema: ANSWER_SCHEMA,
    });
    const calls = response.toolCalls.length;
    if (calls > 0) return pass({ together: "calls", calls });
    return warn(
      { together: "suppressed", calls },
      `A schema in the request suppresses tool calls silently (ollama#11037): the answer is ${
        shown(response.content, 40)
      }; owllm never sends both`,
      fixFor(context, SEE_PROFILE),
    );
  } catch (error) {
    if (!(error instanceof OwllmError) || error.code !== "model") throw error;
    const status = Number(error.context["status"] ?? 0);
    // A clean refusal misleads nobody; owllm never sends both.
    if (status >= 400 && status < 500) return pass({ together: "refused", http_status: status });
    return warn(
      { together: "error", http_status: status },
      `Tools and a schema in one request end in an error of the server: ${error.message}; owllm never sends both`,
      fixFor(context, SEE_PROFILE),
    );
  }
}
