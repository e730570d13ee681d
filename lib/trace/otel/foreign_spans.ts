import type { ReadableSpan, Span, SpanProcessor } from "@opentelemetry/sdk-trace";
import type { TracesTable } from "../../state/mod.ts";
import type { JsonObject } from "../events.ts";
import type { Redactor } from "../redact.ts";
import { toMicroseconds } from "../store/rows.ts";
import type { TraceStore } from "../store/store.ts";
import { activePlace } from "./context_manager.ts";
import { foreignBody, foreignRow } from "./foreign_span.ts";
import { fromHrTime } from "./span.ts";

/** What {@linkcode createForeignSpanProcessor} needs. */
export interface ForeignSpanOptions {
  readonly store: TraceStore;
  readonly traces: TracesTable;
  readonly redactor: Redactor;
}

/** A session that holds the spans of one foreign trace. */
interface Container {
  readonly id: string;
  /** False for one that somebody else opened: it is not ours to end. */
  readonly ours: boolean;
  readonly metadata: JsonObject;
  /** Spans that have not ended yet. */
  running: number;
  failed: boolean;
}

/** Where a running span will be kept. */
interface SpanPlace {
  readonly sessionId: string;
  readonly stepIndex: number | null;
  readonly container?: Container;
}

/** Sessions of which it is remembered what is indexed. */
const MAX_REMEMBERED = 16;

/**
 * Keeps the spans that others make: under the session and step that were active when a span
 * started, else in a session of kind `spans` for each trace.
 */
export function createForeignSpanProcessor(options: ForeignSpanOptions): SpanProcessor {
  const { store, redactor } = options;
  const places = new WeakMap<object, SpanPlace>();
  const containers = new Map<string, Container>();
  const indexed = new Map<string, Set<string>>();
  const indexedIn = (sessionId: string): Set<string> => {
    let seen = indexed.get(sessionId);
    if (seen !== undefined) return seen;
    const [oldest] = indexed.keys();
    if (indexed.size >= MAX_REMEMBERED && oldest !== undefined) indexed.delete(oldest);
    indexed.set(sessionId, seen = new Set());
    return seen;
  };
  const containerOf = (span: ReadableSpan): Container => {
    const { traceId } = span.spanContext();
    let container = containers.get(traceId);
    if (container === undefined) containers.set(traceId, container = openContainer(span, options));
    return container;
  };
  const close = (span: ReadableSpan, container: Container) => {
    containers.delete(span.spanContext().traceId);
    if (!container.ours) return;
    store.end({
      id: container.id,
      endedUs: toMicroseconds(fromHrTime(span.endTime)),
      status: container.failed ? "error" : "ok",
      error: null,
      metadata: container.metadata,
    });
  };
  return {
    onStart(span: Span) {
      const place = activePlace();
      if (place !== undefined) {
        places.set(span, { sessionId: place.sessionId, stepIndex: place.step?.index ?? null });
        return;
      }
      const container = containerOf(span);
      container.running++;
      places.set(span, { sessionId: container.id, stepIndex: null, container });
    },
    onEnd(span) {
      const place = places.get(span);
      // A span that was started before there was this processor.
      const container = place === undefined ? containerOf(span) : place.container;
      const { sessionId, stepIndex } = place ??
        { sessionId: containerOf(span).id, stepIndex: null };
      const body = redactor.json(foreignBody(span));
      store.entry(foreignRow(body, { sessionId, stepIndex }, indexedIn(sessionId)), body);
      if (container === undefined) return;
      if (place !== undefined) container.running--;
      if (body.parent_span_id === null && body.status.code === "error") container.failed = true;
      if (container.running === 0) close(span, container);
    },
    forceFlush() {
      store.flush();
      return Promise.resolve();
    },
    shutdown() {
      store.flush();
      return Promise.resolve();
    },
  };
}

/** A trace that is known already, such as one that was handed on by another process, is joined. */
function openContainer(
  span: ReadableSpan,
  { store, traces, redactor }: ForeignSpanOptions,
): Container {
  const { traceId, spanId } = span.spanContext();
  const known = traces.findByTraceId(traceId);
  const ours = known === undefined || known.kind === "spans";
  const id = known?.id ?? `spans_${traceId}`;
  const metadata = known?.metadata as JsonObject | undefined ??
    redactor.json({ root: span.name, scope: span.instrumentationScope.name });
  if (known === undefined) {
    const createdUs = toMicroseconds(fromHrTime(span.startTime));
    store.session({ id, kind: "spans", createdUs, traceId, spanId, metadata, tags: [] });
  }
  return { id, ours, metadata, running: 0, failed: false };
}
