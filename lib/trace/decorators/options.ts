import type { EventType, Json } from "../events.ts";
import type { EventFields, NewMessage } from "../new_events.ts";
import type { TimestepOptions } from "../session_options.ts";

/** A traced call, as the functions of {@linkcode TracedOptions} see it. */
export interface TracedCall<
  This = unknown,
  Args extends readonly unknown[] = readonly unknown[],
  Result = unknown,
> {
  readonly name: string;
  /** What the function was called on; undefined for a plain function. */
  readonly self: This;
  /** The live arguments: the function may have changed them. */
  readonly args: Args;
  /** What was returned, or what a promise gave; undefined before the end and after an error. */
  readonly result: Result | undefined;
  /** What was thrown; undefined before the end and after a success. */
  readonly error: unknown;
  /** Copies of what a generator yielded, the first thousand. */
  readonly items: readonly Json[];
  /** Milliseconds; 0 before the end. */
  readonly latencyMs: number;
}

/**
 * What {@linkcode createTraced} takes. A function given here that throws is noted in the event's
 * metadata (`trace_failures`) and harms neither the call nor its event.
 */
export interface TracedOptions<
  This = unknown,
  Args extends readonly unknown[] = readonly unknown[],
  Result = unknown,
> {
  /** `runtime` when left out. */
  readonly eventType?: EventType;
  /** The function's name, or `Class.method`, when left out. */
  readonly name?: string;
  /** `agent:`, `runtime:` or `env:` with the name, or the name of the class, when left out. */
  readonly systemInstanceId?: string | ((call: TracedCall<This, Args, Result>) => string);
  /** Keeps a copy of the arguments as they were at the call; true when left out. */
  readonly captureArgs?: boolean;
  /** Keeps a copy of the result, and of what a generator yields; true when left out. */
  readonly captureResult?: boolean;
  /** More metadata, asked at the end. */
  readonly metadataFn?: (
    call: TracedCall<This, Args, Result>,
  ) => Readonly<Record<string, unknown>> | undefined;
  /** Fields of the event itself, such as its reward, tokens or actions, asked at the end. */
  readonly eventFn?: (call: TracedCall<This, Args, Result>) => EventFields | undefined;
  /** Messages that went in: recorded before the function runs. */
  readonly inputMessageFn?: (call: TracedCall<This, Args, Result>) => Messages;
  /** Messages that came out: recorded after the event. */
  readonly messageFn?: (call: TracedCall<This, Args, Result>) => Messages;
  /**
   * Makes the call a step of its own, unless one is open; a function says which turn it is. A
   * session has one step at a time: of calls at once the first opens it and the others are in it.
   */
  readonly autoTimestep?: boolean | ((call: TracedCall<This, Args, Result>) => TimestepOptions);
  /** The state to keep, asked before and after; what it returns is copied at once. */
  readonly stateFilter?: (self: This, call: TracedCall<This, Args, Result>) => unknown;
}

/** None, one or several messages. */
export type Messages = NewMessage | readonly NewMessage[] | undefined;

/** Any function, with any `this`. */
// deno-lint-ignore no-explicit-any -- the only type that every function, method and generator fits
export type AnyFunction = (this: any, ...args: any[]) => any;

/** A standard method decorator that is a wrapper of plain functions as well. */
export type Traced = <F extends AnyFunction>(fn: F, context?: ClassMethodDecoratorContext) => F;
