import type { State } from "../../lib/state/mod.ts";
import type { SessionTracer } from "../../lib/trace/mod.ts";

/** A session of steps of one model event each: two spans a step, and the session's own. */
export function traceSession(tracer: SessionTracer, steps: number): string {
  const id = tracer.startSession({ kind: "run", metadata: { task: "count" } });
  for (let step = 0; step < steps; step++) {
    tracer.startTimestep();
    tracer.addMessage({ message_type: "user", content: `turn ${step}` });
    tracer.recordEvent({
      event_type: "cais",
      system_instance_id: "llm",
      model_name: "m",
      latency_ms: 5,
    });
    tracer.endTimestep();
  }
  tracer.endSession();
  return id;
}

/** Spans that no endpoint has acknowledged. */
export function waitingSpans(state: State): number {
  const selection = { nowUs: Date.now() * 1000, cutBeforeUs: 0 };
  const { free, claimed } = state.traces.outbox.waiting(selection);
  return free + claimed;
}
