import { systemClock } from "../../lib/core/mod.ts";
import { createTraceStore, SessionTracer } from "../../lib/trace/mod.ts";
import { type OwllmRun, runOwllm } from "./run_owllm.ts";
import { openTestState, withTempDir } from "./state.ts";

/** Runs `owllm trace …` on the state directory that `fill` wrote to. */
export type TraceCommand = (...words: readonly string[]) => Promise<OwllmRun>;

/** A state directory with real stored sessions, each of a tracer of its own. */
export function withTraced(
  fill: readonly ((tracer: SessionTracer) => void)[],
  body: (trace: TraceCommand, dir: string) => Promise<void>,
): Promise<void> {
  return withTempDir(async (parent) => {
    const dir = `${parent}/state`;
    {
      using state = await openTestState(dir);
      using store = createTraceStore({ traces: state.traces, clock: systemClock });
      for (const one of fill) one(new SessionTracer({ sink: store }));
    }
    await body((...words) => runOwllm(["trace", ...words, "--state", dir]), dir);
  });
}
