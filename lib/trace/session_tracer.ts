import { type Clock, OwllmError, systemClock, systemRandom } from "../core/mod.ts";
import type { JsonObject, SessionEventMessage, SessionTrace, TraceEvent } from "./events.ts";
import { type HookContext, type HookPoint, HookSet } from "./hooks/hook.ts";
import { createPendingContext, hookFailure, type PendingContext } from "./hooks/pending.ts";
import {
  completeEvent,
  completeMessage,
  type Draft,
  type NewEvent,
  type NewMessage,
  traceError,
} from "./new_events.ts";
import {
  disposableStep,
  endOf,
  type Mutable,
  newStep,
  type OpenSession,
  stepHead,
  storable,
  traceOf,
} from "./open_session.ts";
import { createRedactor, type Redactor } from "./redact.ts";
import type {
  CurrentSession,
  OpenTimestep,
  SessionTracerOptions,
  StartSessionOptions,
  TimestepOptions,
} from "./session_options.ts";
import type { StepHead, TraceSink } from "./sink.ts";
import { snapshotObject } from "./snapshot.ts";
import { currentSpanId } from "./span_context.ts";
import { createSpanIds, type SpanIds } from "./span_ids.ts";

/**
 * Records sessions of steps of events and messages. Every method is synchronous: what it was
 * given is copied, cleaned of secrets and with the sink when it returns. One session at a time.
 */
export class SessionTracer {
  /** Where times come from. */
  readonly clock: Clock;
  readonly #sink: TraceSink | undefined;
  readonly #prices: NonNullable<SessionTracerOptions["prices"]>;
  readonly #hooks: HookSet;
  readonly #redactor: Redactor;
  readonly #ids: SpanIds;
  #open: OpenSession | undefined;

  constructor(options: SessionTracerOptions = {}) {
    this.clock = options.clock ?? systemClock;
    this.#sink = options.sink;
    this.#prices = options.prices ?? [];
    this.#hooks = new HookSet(options.hooks ?? []);
    this.#redactor = options.redactor ?? createRedactor();
    this.#ids = createSpanIds(options.random ?? systemRandom);
  }

  /** The open session; undefined before `startSession` and after `endSession`. */
  get currentSession(): CurrentSession | undefined {
    const open = this.#open;
    if (open === undefined) return undefined;
    return {
      sessionId: open.head.session_id,
      head: open.head,
      get trace() {
        return traceOf(open, { ended_at: null, status: "open", error: null });
      },
      addEvent: (event) => this.#keepEvent(this.#draft(event)),
      addMessage: (message) => this.#keepMessage(this.#draftMessage(message)),
    };
  }

  /** The open session's id; undefined where none is open. */
  get sessionId(): string | undefined {
    return this.#open?.head.session_id;
  }

  /** True between the start and the end of a step. */
  get inTimestep(): boolean {
    return this.#open?.step !== undefined;
  }

  /** The open step's index and turn; undefined outside of steps. */
  get currentTimestep(): StepHead | undefined {
    return this.#open?.step === undefined ? undefined : stepHead(this.#open.step);
  }

  /** A new span id, for a caller that has children before its own event is recorded. */
  newSpanId(): string {
    return this.#ids.spanId();
  }

  /**
   * Opens a session and returns its id.
   *
   * @throws {@linkcode OwllmError} `failed` when one is open already
   */
  startSession(options: StartSessionOptions = {}): string {
    if (this.#open !== undefined) {
      throw new OwllmError({
        code: "failed",
        message: `The session "${this.#open.head.session_id}" is still open`,
        recoverySuggestion: "End it with endSession(), or use a tracer of its own",
      });
    }
    const trace_id = this.#ids.traceId();
    const head = {
      session_id: storable(options.sessionId ?? `session_${trace_id}`),
      kind: this.#redactor.text(options.kind ?? "program"),
      created_at: this.#now(),
      metadata: this.#clean(options.metadata),
      tags: (options.tags ?? []).map((tag) => this.#redactor.text(tag)),
      trace_id,
      span_id: this.#ids.spanId(),
    };
    this.#open = { head, steps: [], events: [], messages: [], step: undefined, seq: 0 };
    const context = this.#runHooks("sessionStart", (fields) => this.#addTo(head, fields));
    this.#sink?.sessionStarted(head);
    context?.flush();
    return head.session_id;
  }

  /** Opens a step; `using step = tracer.timestep(…)` ends it, also when the block throws. */
  timestep(options: TimestepOptions = {}): OpenTimestep {
    const step = this.startTimestep(options);
    // A step that was ended by hand, or by the next one, is not ended twice.
    return disposableStep(step, () => {
      if (this.#open?.step === step) this.endTimestep();
    });
  }

  /**
   * Opens a step; one that is still open is ended first.
   *
   * @throws {@linkcode OwllmError} `usage` for a turn that is no whole number
   */
  startTimestep(options: TimestepOptions = {}): StepHead {
    const open = this.#session();
    if (open.step !== undefined) this.endTimestep();
    const step = newStep(options, open.steps.length, this.#redactor, {
      started_at: this.#now(),
      metadata: this.#clean(options.metadata),
      span_id: this.#ids.spanId(),
    });
    open.step = step;
    open.steps.push(step);
    const context = this.#runHooks("timestepStart", (fields) => this.#addTo(step, fields));
    this.#sink?.stepStarted(open.head.session_id, stepHead(step));
    context?.flush();
    return step;
  }

  /** Ends the open step: all of it is durable when this returns. Without one it does nothing. */
  endTimestep(): void {
    const open = this.#session();
    const step = open.step;
    if (step === undefined) return;
    this.#runHooks("timestepEnd", (fields) => this.#addTo(step, fields))?.flush();
    step.completed_at = this.#now();
    open.step = undefined;
    this.#sink?.stepEnded(open.head.session_id, stepHead(step));
  }

  /** Records a message between two systems. */
  addMessage(message: NewMessage): SessionEventMessage {
    const draft = this.#draftMessage(message);
    if (this.#hooks.isEmpty) return this.#keepMessage(draft);
    const context = this.#contextFor((fields) => this.#addTo(draft, fields));
    this.#callHooks("beforeMessage", draft, context);
    this.#keepMessage(draft, () => this.#callHooks("afterMessage", draft, context));
    context.flush();
    return draft;
  }

  /** Records an event; hooks see it before and after. */
  recordEvent(event: NewEvent): TraceEvent {
    const draft = this.#draft(event);
    if (this.#hooks.isEmpty) return this.#keepEvent(draft);
    const context = this.#contextFor((fields) => this.#addTo(draft, fields));
    this.#callHooks("beforeEvent", draft, context);
    this.#keepEvent(draft, () => this.#callHooks("afterEvent", draft, context));
    context.flush();
    return draft;
  }

  /** Ends the session, and the step that is open, and returns the whole of it. */
  endSession(end: { readonly error?: unknown } = {}): SessionTrace {
    const open = this.#session();
    this.endTimestep();
    this.#runHooks("sessionEnd", (fields) => this.#addTo(open.head, fields))?.flush();
    const error = end.error === undefined ? null : traceError(end.error);
    const ended = endOf(this.#now(), error === null ? null : this.#redactor.json({ ...error }));
    this.#sink?.sessionEnded(open.head.session_id, { ...ended, metadata: open.head.metadata });
    this.#open = undefined;
    return traceOf(open, ended);
  }

  #now(): number {
    return this.clock.now().getTime() / 1000;
  }

  #session(): OpenSession {
    if (this.#open !== undefined) return this.#open;
    throw new OwllmError({
      code: "failed",
      message: "No session is open",
      recoverySuggestion: "Call startSession() first",
    });
  }

  #place() {
    const open = this.#session();
    return {
      seq: open.seq,
      now: this.#now(),
      step_index: open.step?.step_index ?? null,
      message_time: open.step?.turn_number ?? null,
    };
  }

  #draft(event: NewEvent): Draft {
    const span_id = event.span_id ?? this.#ids.spanId();
    const place = { ...this.#place(), span_id, parent_span_id: currentSpanId(this) };
    const draft = completeEvent(event, place, this.#prices);
    return this.#redactor.json(draft as unknown as JsonObject) as unknown as Draft;
  }

  #draftMessage(message: NewMessage): SessionEventMessage & { metadata: JsonObject } {
    const draft = completeMessage(message, this.#place());
    return this.#redactor.json(draft as unknown as JsonObject) as unknown as typeof draft;
  }

  /** Records an event; what hooks add to it once it is recorded reaches the sink too. */
  #keepEvent(draft: Draft, recorded?: () => void): TraceEvent {
    const open = this.#session();
    const event = draft as Mutable<Draft>;
    this.#number(event, open);
    open.events.push(event);
    open.step?.events.push(event);
    recorded?.();
    this.#sink?.event(open.head.session_id, event);
    return event;
  }

  #keepMessage(draft: SessionEventMessage, recorded?: () => void): SessionEventMessage {
    const open = this.#session();
    const message = draft as Mutable<SessionEventMessage>;
    this.#number(message, open);
    open.messages.push(message);
    open.step?.messages.push(message);
    recorded?.();
    this.#sink?.message(open.head.session_id, message);
    return message;
  }

  /** The place of a record, taken late: hooks may have recorded something since it was drafted. */
  #number(record: { seq: number; step_index: number | null }, open: OpenSession): void {
    record.seq = open.seq++;
    record.step_index = open.step?.step_index ?? null;
  }

  #clean(fields: Readonly<Record<string, unknown>> | undefined): JsonObject {
    return fields === undefined ? {} : this.#redactor.json(snapshotObject(fields));
  }

  #addTo(target: { metadata: JsonObject }, fields: Readonly<Record<string, unknown>>): void {
    target.metadata = { ...target.metadata, ...this.#clean(fields) };
  }

  /** Calls the hooks of a point; the caller flushes what they asked for. */
  #runHooks(
    point: HookPoint,
    addMetadata: HookContext["addMetadata"],
  ): PendingContext | undefined {
    if (this.#hooks.isEmpty) return undefined;
    const context = this.#contextFor(addMetadata);
    this.#callHooks(point, undefined, context);
    return context;
  }

  #callHooks(
    point: HookPoint,
    subject: TraceEvent | SessionEventMessage | undefined,
    context: PendingContext,
  ): void {
    this.#hooks.run(point, subject, context, (hook, error) => {
      context.recordEvent(hookFailure(hook, point, error));
    });
  }

  #contextFor(addMetadata: HookContext["addMetadata"]): PendingContext {
    const open = this.#session();
    return createPendingContext(open.head, this.currentTimestep, addMetadata, (event) => {
      // The work of an async hook may outlive its session; it does not belong to the next one.
      if (this.#open === open) this.#keepEvent(this.#draft(event));
    });
  }
}
