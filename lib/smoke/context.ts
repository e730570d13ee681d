import { type Clock, OwllmError, withTimeout } from "../core/mod.ts";
import type { ChatChunk, ChatResponse, ModelProvider, StreamEnd } from "../models/mod.ts";
import type {
  ProbeContext,
  ProbeRequest,
  ProbeResult,
  ProbeTier,
  ServerFacts,
  SmokeSettings,
} from "./probe.ts";

/** What a probe asks for when it does not say otherwise; the same for every model and run. */
const SAMPLING = { temperature: 0, seed: 7 } as const;

/** Prompts whose prefill would take longer than this are shortened, in seconds. */
const BEARABLE_PREFILL_S: Readonly<Record<ProbeTier, number>> = {
  quick: 10,
  standard: 60,
  deep: 300,
};

/** Prefill speed that is assumed of the built-in engine until it was measured, in tokens/s. */
const BUILTIN_PREFILL_TOK_S = 20;

/** A prefill of fewer tokens says little about speed. */
const MIN_TOKENS_TO_MEASURE = 32;

/** What {@linkcode createProbeContext} needs. */
export interface ProbeContextOptions {
  readonly server: ServerFacts;
  readonly model: string;
  readonly settings: SmokeSettings;
  readonly provider: ModelProvider;
  readonly compat?: ModelProvider | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Results so far; the runner adds to it. */
  readonly results: ReadonlyMap<string, ProbeResult>;
}

/** The context that all probes of one run share. */
export function createProbeContext(options: ProbeContextOptions): ProbeContext {
  const { server, model, settings, provider, signal } = options;
  const speed = new PrefillSpeed(server.kind === "builtin" ? BUILTIN_PREFILL_TOK_S : undefined);
  let description: ReturnType<ModelProvider["describe"]> | undefined;
  const full = (request: ProbeRequest) => ({
    ...SAMPLING,
    contextTokens: settings.contextTokens,
    ...request,
    model,
  });
  return {
    server,
    model,
    settings,
    clock: options.clock,
    signal,
    provider,
    compat: options.compat,
    chat: (request, by = provider) =>
      onceMoreIfUnreachable(async () => {
        const limit = withTimeout(signal, settings.requestTimeoutMs, `A request to "${model}"`);
        try {
          const response = await by.chat(full(request), limit.signal);
          speed.note(response);
          return response;
        } finally {
          limit.cancel();
        }
      }),
    stream: (request, { provider: by = provider, until } = {}) =>
      onceMoreIfUnreachable(async () => {
        const end = await readStream(
          (inner) => by.stream(full(request), inner),
          { settings, signal, until, what: `The stream of "${model}"` },
        );
        speed.note(end.response);
        return end;
      }),
    describe: () => description ??= provider.describe(model, signal),
    loaded: () => provider.loaded(model, signal),
    earlier: (id) => options.results.get(id),
    bearable: (tokens) => Math.min(tokens, speed.tokensIn(BEARABLE_PREFILL_S[settings.tier])),
  };
}

/** A server that restarts may refuse one connection; what a model answered is never asked again. */
async function onceMoreIfUnreachable<T>(attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    if (error instanceof OwllmError && error.code === "unreachable") return await attempt();
    throw error;
  }
}

interface ReadOptions {
  readonly settings: SmokeSettings;
  readonly signal: AbortSignal;
  readonly until: ((chunk: ChatChunk) => boolean) | undefined;
  readonly what: string;
}

/** Reads a stream to its end, or until enough was seen; silence longer than the limit is an error. */
async function readStream(
  open: (signal: AbortSignal) => AsyncGenerator<ChatChunk, StreamEnd, undefined>,
  { settings, signal, until, what }: ReadOptions,
): Promise<StreamEnd> {
  const whole = withTimeout(signal, settings.requestTimeoutMs, what);
  const enough = new AbortController();
  const seen: ChatChunk[] = [];
  try {
    const stream = open(AbortSignal.any([whole.signal, enough.signal]));
    while (true) {
      const next = await inTime(stream.next(), settings.stallTimeoutMs, what, seen.length, enough);
      if (next.done) return next.value;
      seen.push(next.value);
      if (until?.(next.value)) {
        enough.abort();
        await stream.return(cutShort(seen)).catch(() => undefined); // Ended by our own abort.
        return cutShort(seen);
      }
    }
  } finally {
    whole.cancel();
  }
}

/** The next chunk, or an error that says where the stream fell silent. */
async function inTime<T>(
  next: Promise<T>,
  limitMs: number,
  what: string,
  chunks: number,
  enough: AbortController,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const where = chunks === 0 ? "before the first byte" : `after ${chunks} chunks`;
      const error = new OwllmError({
        code: "timeout",
        message: `${what} fell silent ${where} for ${limitMs / 1000} s`,
        context: { chunks, limit_ms: limitMs },
      });
      enough.abort(error);
      reject(error);
    }, limitMs);
  });
  try {
    return await Promise.race([next, silence]);
  } catch (error) {
    next.catch(() => undefined); // The abort rejects it too; the silence is the error to show.
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** What is known of a stream that we left. */
function cutShort(chunks: readonly ChatChunk[]): StreamEnd {
  const text = chunks.map((chunk) => chunk.content ?? "").join("");
  const thinking = chunks.map((chunk) => chunk.thinking ?? "").join("");
  const last = chunks[chunks.length - 1];
  const response: ChatResponse = {
    content: text,
    thinking,
    toolCalls: [],
    finishReason: "none",
    role: chunks.find((chunk) => chunk.role !== undefined)?.role ?? "",
    usage: {},
    timings: { totalMs: last?.atMs ?? 0, firstTokenMs: chunks[0]?.atMs },
    wire: { status: 200, contentType: "", model: "" },
  };
  return { response, chunks, terminated: false, invalidUtf8: false };
}

/** Prefill speed as measured by the answers so far. */
class PrefillSpeed {
  #measured: number | undefined;

  constructor(private readonly assumed: number | undefined) {}

  note({ usage, timings }: ChatResponse): void {
    const tokens = timings.prefillTokens ?? (usage.promptTokens ?? 0) - (usage.cachedTokens ?? 0);
    if (tokens < MIN_TOKENS_TO_MEASURE || !timings.prefillMs) return;
    const speed = tokens / (timings.prefillMs / 1000);
    // Ollama counts tokens of the cache as prefilled: the slowest answer is the honest one.
    this.#measured = Math.min(this.#measured ?? speed, speed);
  }

  /** Tokens that are prefilled in that time; unlimited while nothing is known. */
  tokensIn(seconds: number): number {
    const speed = this.#measured ?? this.assumed;
    if (speed === undefined) return Number.POSITIVE_INFINITY;
    return Math.max(MIN_TOKENS_TO_MEASURE, Math.floor(speed * seconds));
  }
}
