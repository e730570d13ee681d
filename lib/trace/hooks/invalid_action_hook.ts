import type { Json, TraceEvent } from "../events.ts";
import {
  type ActionRule,
  CRAFTER_ACTION_RULES,
  CRAFTER_ACTIONS,
  hasEffect,
} from "./action_rules.ts";
import {
  TraceStateHook,
  type TraceStateHookOptions,
  type TransitionFinding,
} from "./trace_state_hook.ts";

/** What {@linkcode InvalidActionHook} takes. */
export interface InvalidActionHookOptions extends TraceStateHookOptions {
  /** What actions should do; those of Crafter when left out. */
  readonly rules?: readonly ActionRule[];
  /** Names of actions that are given as numbers; those of Crafter when left out. */
  readonly names?: readonly string[];
  /** The actions of an event; else they are looked for in its actions and its metadata. */
  readonly actionsOf?: (event: TraceEvent) => readonly string[];
}

/**
 * Sees actions without the effect that they should have: a move against a wall, a tool that was not
 * made. Of several actions in one event at least one must have worked, because the states between
 * them are not known. Actions without a rule, and states without the things to tell by, are not
 * judged.
 *
 * @example
 * ```ts
 * const rules: ActionRule[] = [{
 *   actions: ["open"],
 *   effects: [{ paths: ["door.open"], change: "any" }],
 *   expected: "the door opens",
 * }];
 * new SessionTracer({ hooks: [new InvalidActionHook({ rules })] });
 * ```
 */
export class InvalidActionHook extends TraceStateHook {
  readonly name = "invalid_action";
  readonly #rules: readonly ActionRule[];
  readonly #actionsOf: (event: TraceEvent) => readonly string[];

  constructor(options: InvalidActionHookOptions = {}) {
    super(options);
    this.#rules = options.rules ?? CRAFTER_ACTION_RULES;
    const names = options.names ?? CRAFTER_ACTIONS;
    this.#actionsOf = options.actionsOf ?? ((event) => actionsOf(event, names));
  }

  analyzeTransition(before: Json, after: Json, event: TraceEvent): TransitionFinding | undefined {
    const failed: { action: string; expected: string }[] = [];
    for (const action of this.#actionsOf(event)) {
      const rule = this.#rules.find(({ actions }) => actions.includes(action));
      const seen = rule?.effects.map((effect) => hasEffect(effect, before, after)) ?? [];
      if (rule === undefined || seen.every((one) => one === undefined)) continue;
      if (seen.includes(true)) return undefined;
      failed.push({ action, expected: rule.expected });
    }
    if (failed.length === 0) return undefined;
    return {
      metadata: { invalid_actions: failed },
      events: [{
        event_type: "runtime",
        system_instance_id: `hook:${this.name}`,
        actions: failed.map(({ action }) => action),
        metadata: { invalid_actions: failed, subject_span_id: event.span_id },
      }],
    };
  }
}

/** A runtime event has its actions; others name them in their metadata, or were called with them. */
function actionsOf(event: TraceEvent, names: readonly string[]): string[] {
  if (event.event_type === "runtime" && event.actions.length > 0) {
    return namesIn(event.actions, names);
  }
  const { action, actions, args } = event.metadata;
  return namesIn(action ?? actions ?? args ?? null, names);
}

function namesIn(value: Json, names: readonly string[]): string[] {
  if (typeof value === "string") return [value];
  if (typeof value === "number") return [names[value] ?? String(value)];
  if (value === null || typeof value !== "object") return [];
  if (Array.isArray(value)) return value.flatMap((item) => namesIn(item, names));
  const { action, name } = value as Readonly<Record<string, Json>>;
  return namesIn(action ?? name ?? null, names);
}
