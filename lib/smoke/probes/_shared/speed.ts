import type { ChatMessage, ChatResponse } from "../../../models/mod.ts";
import type { ProbeContext, ProbeRequest } from "../../probe.ts";
import { withoutThinking } from "../../thinking.ts";
import { ping } from "./ping.ts";

/** A rate in tokens per second, and whose clock measured it. */
export interface Rate {
  readonly tokS: number;
  readonly source: "server" | "client";
}

/** A prefill or an answer of fewer tokens says nothing about speed. */
const LEAST_TOKENS = 8;

/**
 * A request whose time is taken: no room for thoughts is added, because tokens of thoughts cost the
 * same as others.
 */
export async function timedRequest(
  context: ProbeContext,
  content: string,
  maxTokens: number,
): Promise<ProbeRequest> {
  const messages: readonly ChatMessage[] = [{ role: "user", content }];
  return { ...await withoutThinking(context, { messages, maxTokens }), maxTokens };
}

/** Text that no other prompt of this run begins with, so that nothing of it is cached. */
export function nonce(context: ProbeContext, index: number): string {
  return `${context.clock.now().getTime().toString(36)}${index}`;
}

/** Loads the model unless the server says that it is loaded: what follows is not a cold start. */
export async function warmUp(context: ProbeContext): Promise<void> {
  if (await context.loaded() === undefined) await context.chat(await ping(context, 1));
}

/** Speed of the prefill: the server's own numbers, else the prompt over our time to the first token. */
export function prefillRate({ usage, timings }: ChatResponse): Rate | undefined {
  const tokens = timings.prefillTokens ??
    (usage.promptTokens === undefined ? undefined : usage.promptTokens - (usage.cachedTokens ?? 0));
  if (tokens === undefined || tokens < LEAST_TOKENS) return undefined;
  if (timings.prefillMs) return rate(tokens, timings.prefillMs, "server");
  const ms = timings.firstTokenMs ?? timings.totalMs;
  return ms > 0 ? rate(tokens, ms, "client") : undefined;
}

/** Speed of the generation: the server's own numbers, else the tokens over our time between them. */
export function decodeRate({ usage, timings }: ChatResponse): Rate | undefined {
  const tokens = usage.completionTokens;
  if (tokens === undefined || tokens < LEAST_TOKENS) return undefined;
  if (timings.decodeMs) return rate(tokens, timings.decodeMs, "server");
  const ms = timings.totalMs - (timings.firstTokenMs ?? 0);
  // The first token came at the beginning of that time.
  return ms > 0 ? rate(tokens - 1, ms, "client") : undefined;
}

/** The middle value; of an even number of values the lower one. */
export function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)];
}

/** A number that an earlier probe of this run measured. */
export function measuredBefore(context: ProbeContext, id: string, key: string): number | undefined {
  const value = context.earlier(id)?.measured[key];
  return typeof value === "number" ? value : undefined;
}

/** To one decimal, as people read it. */
export function oneDecimal(value: number): number {
  return Math.round(value * 10) / 10;
}

function rate(tokens: number, ms: number, source: Rate["source"]): Rate {
  return { tokS: oneDecimal(tokens / (ms / 1000)), source };
}
