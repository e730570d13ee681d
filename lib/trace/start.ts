import type { Settings } from "../config/mod.ts";
import type { Clock, Random } from "../core/mod.ts";
import type { TracesTable } from "../state/mod.ts";
import type { TraceHook } from "./hooks/hook.ts";
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

/** Starts to keep traces. Records are sent to an OTLP endpoint as well when the settings name one. */
export function startTracing(options: TracingOptions): Promise<Tracing> {
  const { traces, clock, random, redactor, settings } = options;
  const outbox = settings.trace.otlpEndpoint !== undefined;
  const store = createTraceStore({ traces, clock, outbox });
  const shutdown = () => {
    store.flush();
    return Promise.resolve();
  };
  return Promise.resolve({
    store,
    createTracer: ({ hooks = [] } = {}) =>
      new SessionTracer({ sink: store, clock, random, redactor, hooks }),
    shutdown,
    [Symbol.asyncDispose]: shutdown,
  });
}
