import { type NewEvent, traceError } from "../new_events.ts";
import type { SessionHead, StepHead } from "../sink.ts";
import type { HookContext, HookPoint, TraceHook } from "./hook.ts";

/** A hook's context together with the events that wait until its subject is recorded. */
export interface PendingContext extends HookContext {
  readonly pending: NewEvent[];
  /** True once the pending events were recorded. */
  flushed: boolean;
}

/** The context of one point. */
export function createPendingContext(
  session: SessionHead,
  timestep: StepHead | undefined,
  addMetadata: HookContext["addMetadata"],
): PendingContext {
  const pending: NewEvent[] = [];
  const recordEvent = (event: NewEvent) => void pending.push(event);
  return { session, timestep, addMetadata, recordEvent, pending, flushed: false };
}

/** The record of a hook that threw. */
export function hookFailure(hook: TraceHook, point: HookPoint, error: unknown): NewEvent {
  return {
    event_type: "runtime",
    system_instance_id: `hook:${hook.name}`,
    error: traceError(error),
    metadata: { hook: hook.name, point },
  };
}
