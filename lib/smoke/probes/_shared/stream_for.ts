import { OwllmError } from "../../../core/mod.ts";
import type { ChatChunk, ModelProvider, StreamEnd } from "../../../models/mod.ts";
import type { ProbeContext, ProbeRequest } from "../../probe.ts";

/** Text that a reader would see, thoughts included. */
export function hasText({ content, thinking }: ChatChunk): boolean {
  return (content ?? "") !== "" || (thinking ?? "") !== "";
}

/**
 * Reads a stream to its end, but leaves it after so many milliseconds.
 *
 * @returns `undefined` when it was left, or the server fell silent for too long.
 */
export async function streamFor(
  context: ProbeContext,
  request: ProbeRequest,
  ms: number,
): Promise<StreamEnd | undefined> {
  const left = new AbortController();
  const timer = setTimeout(() => left.abort(), ms);
  const provider: ModelProvider = {
    ...context.provider,
    stream: (body, signal) =>
      context.provider.stream(
        body,
        signal === undefined ? left.signal : AbortSignal.any([signal, left.signal]),
      ),
  };
  try {
    return await context.stream(request, { provider });
  } catch (error) {
    context.signal.throwIfAborted();
    if (left.signal.aborted) return undefined;
    if (error instanceof OwllmError && error.code === "timeout") return undefined;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
