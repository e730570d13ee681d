import type { ConfiguredPrice, Settings } from "../config/mod.ts";
import type { Clock, Random } from "../core/mod.ts";
import type { TracesTable } from "../state/mod.ts";
import type { TraceHook } from "./hooks/hook.ts";
import type { BackgroundSender } from "./otel/background.ts";
import type { Redactor } from "./redact.ts";
import { SessionTracer } from "./session_tracer.ts";
import { createTraceStore, type TraceStore } from "./store/store.ts";

/** What {@linkcode startTracing} needs. */
export interface TracingOptions {
  /** Where the records are kept: `state.traces`, of the state file or of a trace file. */
  readonly traces: TracesTable;
  readonly settings: Pick<Settings, "trace">;
  /** For `OWLLM_ALLOW_NET` and the headers and timeout of `OTEL_EXPORTER_OTLP_…`. */
  env(name: string): string | undefined;
  readonly owllmVersion: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly redactor: Redactor;
  /** What models cost; none has a price when left out. */
  readonly prices?: readonly ConfiguredPrice[];
  /**
   * Whether spans that anyone makes through `@opentelemetry/api` are kept too, by a global provider
   * that lasts until the shutdown. False when left out: it takes a moment to load.
   */
  readonly foreignSpans?: boolean;
  /** Told at most once for each reason why spans do not reach the endpoint. */
  onNotice(notice: string): void;
}

/** Tracing while it goes on; `await using` shuts it down. */
export interface Tracing extends AsyncDisposable {
  /** Where the records go; readers of the same process call its `flush()` first. */
  readonly store: TraceStore;
  /** A tracer whose records are kept. Each has one session at a time. */
  createTracer(options?: { readonly hooks?: readonly TraceHook[] }): SessionTracer;
  /** Writes what waits and gives an endpoint a last second; what it did not take stays for later. */
  shutdown(): Promise<void>;
}

/**
 * Starts to keep traces. Records are sent to an OTLP endpoint as well when the settings name one;
 * OpenTelemetry is loaded only for that and for the spans of others.
 *
 * @example
 * ```ts
 * await using tracing = await startTracing({ traces: state.traces, foreignSpans: true, … });
 * const tracer = tracing.createTracer();
 * tracer.startSession({ kind: "run" });
 * await withTracer(tracer, () => agent.run());
 * tracer.endSession();
 * ```
 */
export async function startTracing(options: TracingOptions): Promise<Tracing> {
  const { traces, clock, random, redactor, prices = [], settings, onNotice } = options;
  const { otlpEndpoint, project } = settings.trace;
  const named = { ...options, project };
  const sender = otlpEndpoint === undefined ? undefined : await createSender(named, otlpEndpoint);
  const store = createTraceStore({
    traces,
    clock,
    outbox: otlpEndpoint !== undefined,
    ...sender === undefined ? {} : { written: sender.wake },
  });
  const drain = async () => {
    store.flush();
    await sender?.drain();
  };
  const unregister = options.foreignSpans === true
    ? (await import("./otel/provider.ts")).registerProvider({
      ...named,
      store,
      drain,
      onNotice,
    })
    : undefined;
  const shutdown = async () => {
    await unregister?.();
    store.flush();
    await sender?.stop();
  };
  return {
    store,
    createTracer: ({ hooks = [] } = {}) =>
      new SessionTracer({ sink: store, clock, random, redactor, prices, hooks }),
    shutdown,
    [Symbol.asyncDispose]: shutdown,
  };
}

/** The sender to an endpoint; undefined, after saying why, where it may not be asked. */
async function createSender(
  options: TracingOptions & { readonly project: string },
  endpoint: string,
): Promise<BackgroundSender | undefined> {
  const { traces, clock, onNotice, env } = options;
  const [{ otlpTarget }, { createBackgroundSender }, { createSerializer }, { createResource }] =
    await Promise.all([
      import("./otel/target.ts"),
      import("./otel/background.ts"),
      import("./otel/serialize.ts"),
      import("./otel/resource.ts"),
    ]);
  const target = otlpTarget(endpoint, env);
  if (!target.ok) {
    const { message, recoverySuggestion = "" } = target.error;
    onNotice(`Traces are kept and not sent: ${message}. ${recoverySuggestion}`);
    return undefined;
  }
  const serializer = createSerializer(createResource(options));
  return createBackgroundSender({ traces, target: target.value, serializer, clock, onNotice });
}
