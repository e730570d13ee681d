import { type NewEvent, traceError } from "../new_events.ts";
import type { SessionHead, StepHead } from "../sink.ts";
import type { HookContext, HookPoint, TraceHook } from "./hook.ts";

/** A hook's context, whose events wait until its subject is recorded. */
export interface PendingContext extends HookContext {
  /** Records what waits; what comes later, from a hook that is async after all, is not held back. */
  flush(): void;
}

/** The context of one point. */
export function createPendingContext(
  session: SessionHead,
  timestep: StepHead | undefined,
  addMetadata: HookContext["addMetadata"],
  record: (event: NewEvent) => void,
): PendingContext {
  const pending: NewEvent[] = [];
  let flushed = false;
  return {
    session,
    timestep,
    addMetadata,
    recordEvent: (event) => flushed ? record(event) : void pending.push(event),
    flush() {
      flushed = true;
      for (const event of pending.splice(0)) record(event);
    },
  };
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
