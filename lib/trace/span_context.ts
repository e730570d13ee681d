import { AsyncLocalStorage } from "node:async_hooks";

interface Span {
  /** The tracer that the span belongs to. */
  readonly owner: object;
  readonly spanId: string;
}

const storage = new AsyncLocalStorage<Span>();

/** Runs a function as a child of a span: what its tracer records inside names it as the parent. */
export function withSpan<T>(owner: object, spanId: string, body: () => T): T {
  return storage.run({ owner, spanId }, body);
}

/** The innermost span of this tracer; null directly under its step or session. */
export function currentSpanId(owner: object): string | null {
  const span = storage.getStore();
  return span?.owner === owner ? span.spanId : null;
}
