import type { ModelProvider } from "../../../models/mod.ts";
import type { ProbeContext } from "../../probe.ts";
import { ping } from "./ping.ts";

/**
 * Context that a request of owllm gets, in tokens; undefined when the server does not tell.
 * `by`: what a request of another API of the same server gets.
 */
export async function loadedContext(
  context: ProbeContext,
  by: ModelProvider = context.provider,
): Promise<number | undefined> {
  // Ollama loads the model for a request, and anew when the one before asked for another context.
  if (context.server.kind === "ollama") await context.chat(await ping(context, 1), by);
  return (await context.loaded())?.contextTokens ?? (await context.describe())?.contextConfigured;
}
