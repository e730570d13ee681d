import type { ConfiguredPrice } from "../config/mod.ts";
import type { Clock, Random } from "../core/mod.ts";
import type { SessionEventMessage, SessionTrace, TraceEvent } from "./events.ts";
import type { TraceHook } from "./hooks/hook.ts";
import type { NewEvent, NewMessage } from "./new_events.ts";
import type { Redactor } from "./redact.ts";
import type { SessionHead, TraceSink } from "./sink.ts";

/** What a {@linkcode SessionTracer} is made of; everything may be left out. */
export interface SessionTracerOptions {
  /** Where records go as they come; without one the session is only in memory. */
  readonly sink?: TraceSink;
  readonly hooks?: readonly TraceHook[];
  /** What is secret; without one only secrets that are known by their form are taken out. */
  readonly redactor?: Redactor;
  /** What models cost: a model event that tells no cost gets its own; none without a price. */
  readonly prices?: readonly ConfiguredPrice[];
  readonly clock?: Clock;
  readonly random?: Random;
}

/** What {@linkcode SessionTracer.startSession} takes. */
export interface StartSessionOptions {
  /** A random id when left out. */
  readonly sessionId?: string;
  readonly kind?: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly tags?: readonly string[];
}

/** What {@linkcode SessionTracer.timestep} takes. */
export interface TimestepOptions {
  /** `step_0`, `step_1`, … when left out. */
  readonly stepId?: string;
  /** The step's index when left out. */
  readonly turnNumber?: number;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** An open step; leaving the block of its `using` or `await using` ends it. */
export interface OpenTimestep extends Disposable, AsyncDisposable {
  readonly stepId: string;
  readonly stepIndex: number;
}

/** The open session, for records that no hook shall see. */
export interface CurrentSession {
  readonly sessionId: string;
  readonly head: SessionHead;
  /** The session as it stands, made when it is read; a copy that later records do not change. */
  readonly trace: SessionTrace;
  addEvent(event: NewEvent): TraceEvent;
  addMessage(message: NewMessage): SessionEventMessage;
}
