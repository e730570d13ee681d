import { AsyncLocalStorage } from "node:async_hooks";
import type { EventType } from "./events.ts";
import type { EventFields } from "./new_events.ts";

/** A traced call that runs, so that what is known inside of it can go into its one event. */
export interface EnclosingCall {
  readonly eventType: EventType;
  /** Adds to the event that the call records when it ends. */
  contribute(fields: EventFields): void;
}

/** What runs around a piece of code: one of our own calls, or a span of OpenTelemetry. */
export interface SpanScope {
  /** The tracer in whose session the span is; undefined for a span of another trace. */
  readonly owner: object | undefined;
  readonly spanId: string;
  /** True for one of our own calls. */
  readonly own: boolean;
  /** The context of OpenTelemetry that holds here; its package is not known to this file. */
  readonly context: unknown;
  /** The session's span id that was there when a foreign span became active. */
  readonly sessionSpanId?: string | undefined;
  /** The innermost traced call of the owner, also where foreign spans are between. */
  readonly call?: EnclosingCall | undefined;
}

/**
 * One stack for both kinds of spans, so that each knows which of the other kind is around it.
 * With a store for each nobody could tell which of the two is the inner one.
 */
const storage = new AsyncLocalStorage<SpanScope>();

/** Runs a function as a child of a span: what its tracer records inside names it as the parent. */
export function withSpan<T>(
  owner: object,
  spanId: string,
  body: () => T,
  call?: EnclosingCall,
): T {
  const context = storage.getStore()?.context;
  return storage.run({ owner, spanId, own: true, context, call }, body);
}

/** The innermost span of this tracer; null directly under its step or session. */
export function currentSpanId(owner: object): string | null {
  const scope = storage.getStore();
  return scope?.owner === owner ? scope.spanId : null;
}

/** The innermost traced call of this tracer, if one runs. */
export function currentCall(owner: object): EnclosingCall | undefined {
  const scope = storage.getStore();
  return scope?.owner === owner ? scope.call : undefined;
}

/** What runs around this code; undefined outside of all spans. */
export function currentScope(): SpanScope | undefined {
  return storage.getStore();
}

/** Runs a function in a scope. */
export function runInScope<T>(scope: SpanScope, body: () => T): T {
  return storage.run(scope, body);
}

/** Makes a scope hold for the rest of the current async context. */
export function enterScope(scope: SpanScope | undefined): void {
  storage.enterWith(scope as SpanScope);
}
