import assert from "node:assert/strict";
import {
  type SessionTrace,
  SessionTracer,
  type TraceEvent,
  withTracer,
} from "../../lib/trace/mod.ts";

/** Runs a body with an active tracer and gives back the session. */
export async function session(
  body: () => unknown,
  tracer = new SessionTracer(),
): Promise<SessionTrace> {
  tracer.startSession();
  await withTracer(tracer, async () => await body());
  return tracer.endSession();
}

/** The only event of a session. */
export function only(trace: SessionTrace): TraceEvent {
  assert.equal(trace.event_history.length, 1);
  return trace.event_history[0] ?? assert.fail();
}
