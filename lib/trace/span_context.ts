import { AsyncLocalStorage } from "node:async_hooks";
import type { EventType } from "./events.ts";
import type { EventFields } from "./new_events.ts";

/** A traced call that runs, so that what is known inside of it can go into its one event. */
export interface EnclosingCall {
  readonly eventType: EventType;
  /** Adds to the event that the call records when it ends. */
  contribute(fields: EventFields): void;
}

interface Span {
  /** The tracer that the span belongs to. */
  readonly owner: object;
  readonly spanId: string;
  readonly call: EnclosingCall | undefined;
}

const storage = new AsyncLocalStorage<Span>();

/** Runs a function as a child of a span: what its tracer records inside names it as the parent. */
export function withSpan<T>(
  owner: object,
  spanId: string,
  body: () => T,
  call?: EnclosingCall,
): T {
  return storage.run({ owner, spanId, call }, body);
}

/** The innermost span of this tracer; null directly under its step or session. */
export function currentSpanId(owner: object): string | null {
  return currentSpan(owner)?.spanId ?? null;
}

/** The innermost traced call of this tracer, if one runs. */
export function currentCall(owner: object): EnclosingCall | undefined {
  return currentSpan(owner)?.call;
}

function currentSpan(owner: object): Span | undefined {
  const span = storage.getStore();
  return span?.owner === owner ? span : undefined;
}
