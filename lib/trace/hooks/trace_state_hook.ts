import type { EventType, Json, TraceEvent } from "../events.ts";
import type { NewEvent } from "../new_events.ts";
import type { HookContext, TraceHook } from "./hook.ts";

/** What a hook found in a transition. */
export interface TransitionFinding {
  /** Added to the event that carries the transition. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** Recorded right after it. */
  readonly events?: readonly NewEvent[];
}

/** What every hook of transitions takes. */
export interface TraceStateHookOptions {
  readonly priority?: number;
  /** Events of these types only; all when left out. */
  readonly eventTypes?: readonly EventType[];
}

/**
 * A hook that looks at how an event changed the state. It is asked for events that carry the state
 * before and after.
 *
 * @example
 * ```ts
 * class DeathHook extends TraceStateHook {
 *   readonly name = "death";
 *   analyzeTransition(_before: Json, after: Json) {
 *     return valueAt(after, "inventory.health") === 0 ? { metadata: { died: true } } : undefined;
 *   }
 * }
 * new SessionTracer({ hooks: [new DeathHook()] });
 * ```
 */
export abstract class TraceStateHook implements TraceHook {
  abstract readonly name: string;
  readonly priority?: number;
  readonly eventTypes?: readonly EventType[];

  constructor({ priority, eventTypes }: TraceStateHookOptions = {}) {
    if (priority !== undefined) this.priority = priority;
    if (eventTypes !== undefined) this.eventTypes = eventTypes;
  }

  /** Compares two states; undefined when there is nothing to say of them. */
  abstract analyzeTransition(
    before: Json,
    after: Json,
    event: TraceEvent,
  ): TransitionFinding | undefined;

  afterEvent(event: TraceEvent, context: HookContext): void {
    const { system_state_before: before, system_state_after: after } = event;
    if (before === null || after === null) return;
    const found = this.analyzeTransition(before, after, event);
    if (found?.metadata !== undefined) context.addMetadata(found.metadata);
    for (const extra of found?.events ?? []) context.recordEvent(extra);
  }
}

/** The part of a state at a path such as `info.inventory`; undefined where there is none. */
export function valueAt(state: Json, path: string): Json | undefined {
  let at: Json | undefined = state;
  for (const key of path.split(".")) {
    if (at === null || typeof at !== "object" || !Object.hasOwn(at, key)) return undefined;
    at = (at as Readonly<Record<string, Json>>)[key];
  }
  return at;
}

/** The first of several paths that a state has. */
export function firstAt(state: Json, paths: readonly string[]): Json | undefined {
  for (const path of paths) {
    const value = valueAt(state, path);
    if (value !== undefined) return value;
  }
  return undefined;
}
