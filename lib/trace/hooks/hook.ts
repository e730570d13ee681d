import type { EventType, SessionEventMessage, TraceEvent } from "../events.ts";
import type { NewEvent } from "../new_events.ts";
import type { SessionHead, StepHead } from "../sink.ts";

/** What a hook may do at its point. */
export interface HookContext {
  readonly session: SessionHead;
  /** The open step, if there is one. */
  readonly timestep: StepHead | undefined;
  /** Adds to the metadata of the thing that the hook was called for. */
  addMetadata(fields: Readonly<Record<string, unknown>>): void;
  /** Records an event right after this one; no hook sees it, so that hooks cannot chase each other. */
  recordEvent(event: NewEvent): void;
}

/**
 * Code that runs at points of a session. A hook is synchronous; one that throws is recorded as an
 * event of `hook:<name>` and the run goes on.
 */
export interface TraceHook {
  readonly name: string;
  /** Lower runs first; 100 when left out. */
  readonly priority?: number;
  /** Event points only for these types; all when left out. */
  readonly eventTypes?: readonly EventType[];
  sessionStart?(context: HookContext): void;
  sessionEnd?(context: HookContext): void;
  timestepStart?(context: HookContext): void;
  timestepEnd?(context: HookContext): void;
  beforeMessage?(message: SessionEventMessage, context: HookContext): void;
  afterMessage?(message: SessionEventMessage, context: HookContext): void;
  beforeEvent?(event: TraceEvent, context: HookContext): void;
  afterEvent?(event: TraceEvent, context: HookContext): void;
}

/** The points by name. */
export type HookPoint = Exclude<keyof TraceHook, "name" | "priority" | "eventTypes">;

/** The points that are about an event. */
const EVENT_POINTS: ReadonlySet<HookPoint> = new Set(["beforeEvent", "afterEvent"]);

const DEFAULT_PRIORITY = 100;

/** Hooks in the order in which they run. */
export class HookSet {
  readonly #hooks: readonly TraceHook[];

  constructor(hooks: readonly TraceHook[]) {
    // The sort is stable: hooks of one priority run in the order given.
    this.#hooks = hooks.toSorted((a, b) =>
      (a.priority ?? DEFAULT_PRIORITY) - (b.priority ?? DEFAULT_PRIORITY)
    );
  }

  /** Whether anything listens at all, so that the common case costs nothing. */
  get isEmpty(): boolean {
    return this.#hooks.length === 0;
  }

  /** Calls every hook that has this point; `failed` hears of those that throw. */
  run(
    point: HookPoint,
    subject: TraceEvent | SessionEventMessage | undefined,
    context: HookContext,
    failed: (hook: TraceHook, error: unknown) => void,
  ): void {
    for (const hook of this.#hooks) {
      if (EVENT_POINTS.has(point) && !wants(hook, subject as TraceEvent)) continue;
      try {
        const result = call(hook, point, subject, context);
        // A hook that is async after all: it cannot be waited for, but its failure is not lost.
        if (result instanceof Promise) result.catch((error) => failed(hook, error));
      } catch (error) {
        failed(hook, error);
      }
    }
  }
}

function wants(hook: TraceHook, event: TraceEvent): boolean {
  return hook.eventTypes === undefined || hook.eventTypes.includes(event.event_type);
}

function call(
  hook: TraceHook,
  point: HookPoint,
  subject: TraceEvent | SessionEventMessage | undefined,
  context: HookContext,
): unknown {
  switch (point) {
    case "beforeEvent":
    case "afterEvent":
      return hook[point]?.(subject as TraceEvent, context);
    case "beforeMessage":
    case "afterMessage":
      return hook[point]?.(subject as SessionEventMessage, context);
    default:
      return hook[point]?.(context);
  }
}
