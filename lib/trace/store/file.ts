import { createIds, systemClock, systemRandom } from "../../core/mod.ts";
import type { TracesTable } from "../../state/mod.ts";
import { createTraceStore, type TraceStore } from "./store.ts";

/** An open trace file: a sink for tracers, and the tables to read from. */
export interface TraceFile extends Disposable {
  /** Give it to `new SessionTracer({ sink })`. */
  readonly sink: TraceStore;
  /** What is in the file; `loadTrace(traces, id)` reads a whole session. */
  readonly traces: TracesTable;
}

/**
 * Opens a trace file, making it when it is missing; `using` writes what waits and closes it.
 * `owllm trace show last --trace-db FILE` shows what is in it.
 *
 * @throws `state` for a file that is damaged, newer or another program's; it is left as it is
 * @example
 * ```ts
 * using file = await openTraceFile("/tmp/traces.db");
 * const tracer = new SessionTracer({ sink: file.sink });
 * ```
 */
export async function openTraceFile(path: string): Promise<TraceFile> {
  // The tables and what checks their rows are loaded by programs that open a file, and by no other.
  const { openStateFile } = await import("../../state/mod.ts");
  const ids = createIds(() => systemClock.now(), systemRandom);
  const state = await openStateFile({ path, clock: systemClock, ids });
  const sink = createTraceStore({ traces: state.traces, clock: systemClock });
  return {
    sink,
    traces: state.traces,
    [Symbol.dispose]() {
      sink.flush();
      state.close();
    },
  };
}
