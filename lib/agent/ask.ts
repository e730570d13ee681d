import { type Clock, OwllmError } from "../core/mod.ts";
import { type ChatResponse, type ModelProvider, type ToolDefinition } from "../models/mod.ts";
import type { Turn } from "./events.ts";
import type { AgentMessage } from "./messages.ts";
import type { Protocol } from "./protocol/protocol.ts";

/** How a model is asked. */
export interface AskOptions {
  readonly provider: ModelProvider;
  readonly model: string;
  readonly protocol: Protocol;
  readonly tools: readonly ToolDefinition[];
  /** Window to ask for, in tokens. */
  readonly contextTokens: number | undefined;
  readonly temperature: number;
  readonly maxTokens: number;
  readonly requestTimeoutMs: number;
  readonly clock: Clock;
  newId(): string;
  /** A request failed for reasons of transport and is made again. */
  onRetry(error: OwllmError, retryInMs: number): void;
}

/** Pauses before a request is made again, in ms; a server that restarts needs some seconds. */
const RETRY_AFTER_MS = [500, 2_000, 5_000];

/** Answers of a server that ask to come back later. */
const COME_BACK = new Set([429, 503]);

/** Asks for one turn. Only failures of transport are tried again: what a model said is said. */
export async function ask(
  messages: readonly AgentMessage[],
  options: AskOptions,
  signal: AbortSignal,
): Promise<Turn> {
  const { protocol, tools, contextTokens, clock } = options;
  const start = clock.monotonic();
  const response = await chat(messages, options, signal);
  const read = protocol.read(response, tools, options.newId);
  return {
    ...read,
    tokens: {
      prompt: response.usage.promptTokens ?? null,
      completion: response.usage.completionTokens ?? null,
      window: contextTokens ?? null,
    },
    finish: response.finishReason,
    ms: clock.monotonic() - start,
  };
}

async function chat(
  messages: readonly AgentMessage[],
  options: AskOptions,
  signal: AbortSignal,
): Promise<ChatResponse> {
  const { provider, model, protocol, tools, contextTokens, temperature, maxTokens } = options;
  for (let attempt = 0;; attempt++) {
    const timeout = AbortSignal.timeout(options.requestTimeoutMs);
    try {
      return await provider.chat({
        ...protocol.request(messages, tools),
        model,
        temperature,
        maxTokens,
        contextTokens,
        // An overflow is an error here and never a silent cut.
        truncate: false,
      }, AbortSignal.any([signal, timeout]));
    } catch (error) {
      signal.throwIfAborted();
      const known = timeout.aborted ? tooSlow(model, options.requestTimeoutMs) : error;
      const pause = RETRY_AFTER_MS[attempt];
      if (pause === undefined || !isTransport(known)) throw known;
      options.onRetry(known, pause);
      await options.clock.sleep(pause, signal);
    }
  }
}

function isTransport(error: unknown): error is OwllmError {
  return error instanceof OwllmError &&
    (error.code === "unreachable" || COME_BACK.has(Number(error.context["status"])));
}

function tooSlow(model: string, limitMs: number): OwllmError {
  return new OwllmError({
    code: "timeout",
    message: `"${model}" gave no answer within ${Math.round(limitMs / 1000)} s`,
    recoverySuggestion: `See what it can do: owllm smoke model ${model}`,
    context: { timeout_ms: limitMs },
  });
}
