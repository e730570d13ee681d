import { OwllmError } from "../core/mod.ts";
import type {
  JsonObject,
  SessionEventMessage,
  SessionTrace,
  Timestep,
  TraceEvent,
} from "./events.ts";
import type { Redactor } from "./redact.ts";
import type { OpenTimestep, TimestepOptions } from "./session_options.ts";
import type { SessionHead, StepHead } from "./sink.ts";

/** A record that is still being made. */
export type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** A step of an open session. */
export interface OpenStep extends Mutable<StepHead> {
  readonly events: TraceEvent[];
  readonly messages: SessionEventMessage[];
}

/** A session while it is open. */
export interface OpenSession {
  readonly head: SessionHead & { metadata: JsonObject };
  readonly steps: OpenStep[];
  readonly events: TraceEvent[];
  readonly messages: SessionEventMessage[];
  step: OpenStep | undefined;
  seq: number;
}

/** A step without what happened in it. */
export function stepHead(step: OpenStep): StepHead {
  const { events: _, messages: __, ...head } = step;
  return head;
}

/**
 * An id as a database gives it back: a text ends there at the first NUL, and half a surrogate pair
 * becomes another sign, so that nothing would be found by such an id again.
 */
export function storable(id: string): string {
  return id.toWellFormed().replaceAll("\0", "\uFFFD");
}

/** A step that has just begun. */
export function newStep(
  { stepId, turnNumber }: TimestepOptions,
  step_index: number,
  redactor: Redactor,
  known: Pick<OpenStep, "started_at" | "metadata" | "span_id">,
): OpenStep {
  const turn_number = turnNumber ?? step_index;
  if (!Number.isSafeInteger(turn_number)) {
    throw new OwllmError({
      code: "usage",
      message: `The turn "${turn_number}" of a step is not a whole number`,
      recoverySuggestion: "Count turns in whole numbers, or leave turnNumber out",
    });
  }
  return {
    ...known,
    step_id: stepId === undefined ? `step_${step_index}` : storable(redactor.text(stepId)),
    step_index,
    turn_number,
    completed_at: null,
    events: [],
    messages: [],
  };
}

/** A step as `using` and `await using` want it. */
export function disposableStep(step: StepHead, end: () => void): OpenTimestep {
  return {
    stepId: step.step_id,
    stepIndex: step.step_index,
    [Symbol.dispose]: end,
    // A sink that throws rejects, as `await using` expects.
    [Symbol.asyncDispose]: () => Promise.try(end),
  };
}

/** How a session ended. */
export function endOf(ended_at: number, error: SessionTrace["error"]) {
  return { ended_at, status: error === null ? "ok" as const : "error" as const, error };
}

/** The session as it stands: arrays of its own, records shared. */
export function traceOf(
  open: OpenSession,
  end: Pick<SessionTrace, "ended_at" | "status" | "error">,
): SessionTrace {
  return {
    ...open.head,
    ...end,
    time_steps: open.steps.map((step): Timestep => ({
      ...step,
      events: [...step.events],
      messages: [...step.messages],
    })),
    event_history: [...open.events],
    message_history: [...open.messages],
  };
}
