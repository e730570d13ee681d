import { type Context, ROOT_CONTEXT, trace, TraceFlags } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { getActiveTracer } from "../active.ts";
import { SessionTracer } from "../session_tracer.ts";
import type { SessionHead } from "../sink.ts";
import {
  currentCall,
  currentScope,
  enterScope,
  runInScope,
  type SpanScope,
} from "../span_context.ts";

/** Where records of the code that asks would go. */
export interface ActivePlace {
  readonly tracer: SessionTracer;
  readonly sessionId: string;
  readonly traceId: string;
  readonly sessionSpanId: string;
  /** Null outside of steps. */
  readonly step: { readonly index: number; readonly spanId: string } | null;
}

/**
 * The session of the innermost traced call, or that of the active tracer; undefined without one.
 * Of two, the one that was opened later is the inner one: an agent that runs inside a traced tool.
 */
export function activePlace(): ActivePlace | undefined {
  const owner = currentScope()?.owner;
  const outer = owner instanceof SessionTracer ? owner : undefined;
  const active = getActiveTracer();
  const ofActive = active?.currentSession?.head;
  const ofOuter = outer === active ? ofActive : outer?.currentSession?.head;
  if (ofOuter === undefined || (ofActive?.created_at ?? -1) > ofOuter.created_at) {
    return placeOf(active, ofActive);
  }
  return placeOf(outer, ofOuter);
}

function placeOf(
  tracer: SessionTracer | undefined,
  head: SessionHead | undefined,
): ActivePlace | undefined {
  if (tracer === undefined || head === undefined) return undefined;
  const step = tracer.currentTimestep;
  return {
    tracer,
    sessionId: head.session_id,
    traceId: head.trace_id,
    sessionSpanId: head.span_id,
    step: step === undefined ? null : { index: step.step_index, spanId: step.span_id },
  };
}

/**
 * Lets OpenTelemetry see what owllm is doing, and the other way round: a span that is started
 * inside of a traced call, step or session becomes its child, and an event that is recorded inside
 * of a foreign span becomes the child of that. The library's own manager keeps its context in a
 * store of its own, beside ours; what it does for event emitters is used as it is.
 */
export class TraceContextManager extends AsyncLocalStorageContextManager {
  override active(): Context {
    const scope = currentScope();
    const base = scope?.context as Context | undefined ?? ROOT_CONTEXT;
    const place = activePlace();
    if (place === undefined) return base;
    if (scope?.own === true && scope.owner === place.tracer) {
      return withParent(base, place.traceId, scope.spanId);
    }
    // A session that was opened inside of the foreign span is the inner one of the two.
    const inner = scope === undefined || scope.sessionSpanId !== place.sessionSpanId;
    return inner
      ? withParent(base, place.traceId, place.step?.spanId ?? place.sessionSpanId)
      : base;
  }

  override with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    context: Context,
    fn: F,
    thisArg?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    return runInScope(scopeOf(context), () => fn.apply(thisArg, args));
  }

  override attach(context: Context): { dispose(): void } {
    const before = currentScope();
    enterScope(scopeOf(context));
    return { dispose: () => enterScope(before) };
  }
}

function withParent(base: Context, traceId: string, spanId: string): Context {
  return trace.setSpanContext(base, { traceId, spanId, traceFlags: TraceFlags.SAMPLED });
}

function scopeOf(context: Context): SpanScope {
  const span = trace.getSpanContext(context);
  const place = activePlace();
  const ours = span !== undefined && span.traceId === place?.traceId;
  return {
    owner: ours ? place.tracer : undefined,
    spanId: span?.spanId ?? "",
    own: false,
    context,
    sessionSpanId: place?.sessionSpanId,
    call: ours ? currentCall(place.tracer) : undefined,
  };
}
