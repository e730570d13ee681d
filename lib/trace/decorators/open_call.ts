import { getActiveTracer, withTracer } from "../active.ts";
import type { EventType, Json } from "../events.ts";
import { type EventFields, type NewEvent, traceError } from "../new_events.ts";
import type { OpenTimestep } from "../session_options.ts";
import type { SessionTracer } from "../session_tracer.ts";
import { snapshot, Taken, typeName } from "../snapshot.ts";
import { currentSpanId, type EnclosingCall, withSpan } from "../span_context.ts";
import { mergeFields, overlayFields } from "./contributions.ts";
import { KINDS } from "./fields.ts";
import type { Messages, TracedCall, TracedOptions } from "./options.ts";

/** A generator may never end: no more of what it yields is kept than this. */
const MAX_ITEMS = 1000;

/** What is traced: the options, and the function's names. */
export interface TracedSpec extends TracedOptions {
  readonly eventType: EventType;
  readonly functionName: string;
  readonly isMethod: boolean;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** One call from its start to its event. */
export class OpenCall implements EnclosingCall {
  readonly eventType: EventType;
  readonly #spec: TracedSpec;
  readonly #tracer: SessionTracer;
  readonly #sessionId: string | undefined;
  readonly #view: Mutable<TracedCall> & { readonly items: Json[] };
  readonly #systemName: string;
  readonly #spanId: string;
  readonly #parentId: string | null;
  readonly #step: OpenTimestep | undefined;
  readonly #args: readonly Taken[] | undefined;
  readonly #before: Taken | undefined;
  readonly #start: number;
  readonly #failures: Record<string, string> = {};
  #contributed: EventFields = {};
  #yielded = 0;
  #ended = false;

  /** Starts the call: what must be known of the time before the function is taken here. */
  constructor(
    spec: TracedSpec,
    tracer: SessionTracer,
    self: unknown,
    args: readonly unknown[],
  ) {
    this.eventType = spec.eventType;
    this.#spec = spec;
    this.#tracer = tracer;
    this.#sessionId = tracer.sessionId;
    const owner = spec.isMethod ? className(self) : undefined;
    const full = owner === undefined ? spec.functionName : `${owner}.${spec.functionName}`;
    this.#systemName = spec.name ?? owner ?? spec.functionName;
    const name = spec.name ?? full;
    this.#view = { name, self, args, result: undefined, error: undefined, items: [], latencyMs: 0 };
    this.#spanId = tracer.newSpanId();
    this.#parentId = currentSpanId(tracer);
    this.#step = this.#openStep();
    if (spec.captureArgs !== false) this.#args = args.map((arg) => new Taken(arg));
    this.#record(this.#ask("inputMessageFn", spec.inputMessageFn));
    this.#before = this.#state();
    this.#start = tracer.clock.monotonic();
  }

  /** Runs a part of the function: what is recorded in it has this call as its parent. */
  inside<T>(body: () => T): T {
    const run = () => withSpan(this.#tracer, this.#spanId, body, this);
    // A generator may be resumed by code that has another tracer, or none.
    return getActiveTracer() === this.#tracer ? run() : withTracer(this.#tracer, run);
  }

  /** Notes what a generator yielded. */
  yielded(value: unknown): void {
    this.#yielded++;
    const keep = this.#spec.captureResult !== false && this.#view.items.length < MAX_ITEMS;
    if (keep) this.#view.items.push(snapshot(value));
  }

  contribute(fields: EventFields): void {
    this.#contributed = mergeFields(this.#contributed, fields);
  }

  /** Records the call as done. */
  end(result: unknown, early = false): void {
    if (this.#ended) return;
    this.#view.result = result;
    this.#finish(early ? { returned_early: true } : {}, false);
  }

  /** Records the call as failed. */
  fail(error: unknown): void {
    if (this.#ended) return;
    this.#view.error = error;
    try {
      this.#finish({}, true);
    } catch {
      // The caller must see the function's own error; a broken sink says so at the next record.
    }
  }

  #finish(more: Readonly<Record<string, unknown>>, failed: boolean): void {
    this.#ended = true;
    this.#view.latencyMs = this.#tracer.clock.monotonic() - this.#start;
    // Without its session the event has no place; the function has its own result all the same.
    if (this.#tracer.sessionId !== this.#sessionId) return;
    try {
      const messages = this.#ask("messageFn", this.#spec.messageFn);
      this.#tracer.recordEvent(this.#event(more, failed));
      this.#record(messages);
    } finally {
      this.#step?.[Symbol.dispose]();
    }
  }

  #event(more: Readonly<Record<string, unknown>>, failed: boolean): NewEvent {
    const { eventType, systemInstanceId } = this.#spec;
    const id = typeof systemInstanceId === "function"
      ? this.#ask("systemInstanceId", systemInstanceId)
      : systemInstanceId;
    const after = this.#state();
    const { metadata, ...own } = this.#ask("eventFn", this.#spec.eventFn) ?? {};
    // What was tracked inside is not counted again where the result tells it too.
    const known = overlayFields(KINDS[eventType].fields(this.#view), this.#contributed);
    const event = {
      ...this.#args && { actions: this.#args },
      ...known,
      latency_ms: this.#view.latencyMs,
      ...this.#spec.stateFilter && {
        system_state_before: this.#before,
        system_state_after: after,
      },
      error: failed ? traceError(this.#view.error) : null,
      ...own,
      event_type: eventType,
      system_instance_id: id ?? `${KINDS[eventType].prefix}:${this.#systemName}`,
      span_id: this.#spanId,
      parent_span_id: this.#parentId,
      metadata: { ...this.#captured(), ...more, ...known.metadata, ...metadata },
    };
    return event as NewEvent;
  }

  #captured(): Record<string, unknown> {
    const { result, items, name } = this.#view;
    const { captureResult = true, metadataFn } = this.#spec;
    const asked = this.#ask("metadataFn", metadataFn);
    return {
      function: name,
      ...this.#args && { args: this.#args },
      ...captureResult && result !== undefined && { result },
      ...this.#yielded > 0 && { yielded: this.#yielded },
      ...captureResult && items.length > 0 && { items },
      ...asked,
      ...Object.keys(this.#failures).length > 0 && { trace_failures: this.#failures },
    };
  }

  #openStep(): OpenTimestep | undefined {
    const { autoTimestep = false } = this.#spec;
    if (autoTimestep === false || this.#tracer.inTimestep) return undefined;
    if (autoTimestep === true) return this.#tracer.timestep();
    const asked = this.#ask("autoTimestep", (call) => this.#tracer.timestep(autoTimestep(call)));
    return asked ?? this.#tracer.timestep();
  }

  #state(): Taken | undefined {
    const { stateFilter } = this.#spec;
    if (stateFilter === undefined) return undefined;
    const state = this.#ask("stateFilter", (call) => stateFilter(call.self, call));
    return state === undefined ? undefined : new Taken(state);
  }

  #record(messages: Messages): void {
    if (messages === undefined) return;
    for (const message of [messages].flat()) this.#tracer.addMessage(message);
  }

  /** Asks a function of the options; one that throws is noted and has said nothing. */
  #ask<T>(name: string, fn: ((call: TracedCall) => T) | undefined): T | undefined {
    if (fn === undefined) return undefined;
    try {
      return fn(this.#view) ?? undefined;
    } catch (error) {
      this.#failures[name] = traceError(error).message;
      return undefined;
    }
  }
}

/** The class of a method's object; of a static method the class itself. */
function className(self: unknown): string | undefined {
  if (typeof self === "function") return self.name;
  return typeof self === "object" && self !== null ? typeName(self) : undefined;
}
