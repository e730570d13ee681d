import type { SessionEventMessage, SessionTrace, Timestep, TraceEvent } from "./events.ts";

/** The start of a session, before anything happened in it. */
export type SessionHead = Pick<
  SessionTrace,
  "session_id" | "kind" | "created_at" | "metadata" | "tags" | "trace_id" | "span_id"
>;

/** The start or end of a step, without what happened in it. */
export type StepHead = Omit<Timestep, "events" | "messages">;

/** How a session ended. */
export interface SessionEnd extends Pick<SessionTrace, "ended_at" | "error" | "metadata"> {
  readonly status: "ok" | "error";
}

/**
 * Where a tracer's records go as they come. Every method is synchronous; what it is given is
 * complete, copied and free of secrets. An error that it throws reaches the traced program: a
 * record that cannot be kept is not a thing to be silent about.
 */
export interface TraceSink {
  sessionStarted(session: SessionHead): void;
  stepStarted(sessionId: string, step: StepHead): void;
  event(sessionId: string, event: TraceEvent): void;
  message(sessionId: string, message: SessionEventMessage): void;
  /** All of the step is durable when this returns. */
  stepEnded(sessionId: string, step: StepHead): void;
  /** All of the session is durable when this returns. */
  sessionEnded(sessionId: string, end: SessionEnd): void;
}
