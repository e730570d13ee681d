import type { Json, TraceEvent } from "../events.ts";
import {
  firstAt,
  TraceStateHook,
  type TraceStateHookOptions,
  type TransitionFinding,
} from "./trace_state_hook.ts";

/** The achievements of Crafter that need neither a tool nor a fight. */
export const EASY_CRAFTER_ACHIEVEMENTS: readonly string[] = [
  "collect_drink",
  "collect_sapling",
  "collect_wood",
  "eat_cow",
  "place_plant",
  "place_table",
  "wake_up",
];

/** What {@linkcode EasyAchievementHook} takes. */
export interface EasyAchievementHookOptions extends TraceStateHookOptions {
  /** Names of the easy ones; those of Crafter when left out. */
  readonly easy?: readonly string[];
  /** Where a state has its achievements; the first path that exists counts. */
  readonly paths?: readonly string[];
}

const PATHS = ["achievements", "achievements_status", "info.achievements"];

/**
 * Sees which achievements a transition unlocked and which of them are easy. A state has them as a
 * list of names, or as an object of counts or of true and false.
 *
 * @example
 * ```ts
 * new SessionTracer({ hooks: [new EasyAchievementHook({ easy: ["collect_wood"] })] });
 * // metadata: { achievements_unlocked: ["collect_wood"], easy_achievements: ["collect_wood"] }
 * ```
 */
export class EasyAchievementHook extends TraceStateHook {
  readonly name = "easy_achievement";
  readonly #easy: ReadonlySet<string>;
  readonly #paths: readonly string[];

  constructor(options: EasyAchievementHookOptions = {}) {
    super(options);
    this.#easy = new Set(options.easy ?? EASY_CRAFTER_ACHIEVEMENTS);
    this.#paths = options.paths ?? PATHS;
  }

  analyzeTransition(before: Json, after: Json, event?: TraceEvent): TransitionFinding | undefined {
    const had = unlocked(firstAt(before, this.#paths));
    const has = unlocked(firstAt(after, this.#paths));
    const fresh = [...has.difference(had)].toSorted();
    if (fresh.length === 0) return undefined;
    const metadata = {
      achievements_unlocked: fresh,
      easy_achievements: fresh.filter((name) => this.#easy.has(name)),
    };
    const subject = event === undefined ? {} : { subject_span_id: event.span_id };
    return {
      metadata,
      events: [{
        event_type: "runtime",
        system_instance_id: `hook:${this.name}`,
        metadata: { ...metadata, ...subject },
      }],
    };
  }
}

function unlocked(achievements: Json | undefined): Set<string> {
  if (achievements === null || typeof achievements !== "object") return new Set();
  if (Array.isArray(achievements)) {
    return new Set(achievements.filter((name) => typeof name === "string"));
  }
  const done = ([, value]: [string, Json]) =>
    typeof value === "number" ? value > 0 : value === true;
  return new Set(Object.entries(achievements).filter(done).map(([name]) => name));
}
