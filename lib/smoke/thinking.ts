import type { ProbeContext, ProbeRequest } from "./probe.ts";

/** Room for the thoughts of a model that does not obey `think: false`, in tokens. */
const ROOM_FOR_THOUGHTS = 1024;

/**
 * Whether the model can think: by what the server says; where it says nothing, by the template and
 * the names of known families.
 */
export async function canThink(context: ProbeContext): Promise<boolean> {
  const description = await context.describe();
  if (context.server.kind === "ollama") {
    return description?.capabilities?.includes("thinking") ?? false;
  }
  if (/<think>|enable_thinking|reasoning/.test(description?.template ?? "")) return true;
  return /deepseek-r1|qwq|qwen3(?!.*(instruct|coder))|gpt-oss|magistral|-think/i
    .test(context.model);
}

/**
 * A request for a short answer: a model that can think is asked not to, and gets room in case it
 * thinks all the same. Other models get the request as it is.
 */
export async function withoutThinking(
  context: ProbeContext,
  request: ProbeRequest,
): Promise<ProbeRequest> {
  if (!await canThink(context)) return request;
  return { ...request, think: false, maxTokens: (request.maxTokens ?? 0) + ROOM_FOR_THOUGHTS };
}
