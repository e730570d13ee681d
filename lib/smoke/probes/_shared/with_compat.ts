import { messageOf, OwllmError } from "../../../core/mod.ts";
import type { ModelProvider } from "../../../models/mod.ts";
import { fixFor } from "../../fixes.ts";
import { USE_NATIVE_ROUTE } from "../../fixes/server.ts";
import { fail, type ProbeContext, type ProbeOutcome, warn } from "../../probe.ts";

/**
 * Judges the route that the agent uses and, on Ollama, `/v1` beside it: its numbers are added with
 * the prefix `v1_`, and when only `/v1` is broken the outcome is a warning for other clients.
 */
export async function withCompat(
  context: ProbeContext,
  judge: (provider: ModelProvider) => Promise<ProbeOutcome>,
): Promise<ProbeOutcome> {
  const own = await judge(context.provider);
  if (context.compat === undefined) return own;
  const other = await judgeCompat(context.compat, judge);
  const measured = { ...own.measured, native_status: own.status, v1_status: other.status };
  for (const [name, value] of Object.entries(other.measured)) {
    Object.assign(measured, { [`v1_${name}`]: value });
  }
  if (own.status !== "pass" || other.status === "pass" || other.status === "skip") {
    return { ...own, measured };
  }
  return warn(
    measured,
    `Ollama's native API is right, only its /v1 is not (owllm uses the native one): ${other.diagnosis}`,
    fixFor(context, USE_NATIVE_ROUTE),
  );
}

async function judgeCompat(
  provider: ModelProvider,
  judge: (provider: ModelProvider) => Promise<ProbeOutcome>,
): Promise<ProbeOutcome> {
  try {
    return await judge(provider);
  } catch (error) {
    if (error instanceof OwllmError) return fail({ error: error.code }, messageOf(error), "");
    throw error;
  }
}
