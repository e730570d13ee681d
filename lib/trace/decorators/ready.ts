import type { EventType } from "../events.ts";
import type { AnyFunction, Traced, TracedOptions } from "./options.ts";
import { createTraced } from "./traced.ts";

/** The options of a ready decorator: its event type is given. */
export type ReadyOptions<
  This = unknown,
  Args extends readonly unknown[] = readonly unknown[],
  Result = unknown,
> = Omit<TracedOptions<This, Args, Result>, "eventType">;

/** A decorator and wrapper that may be used bare, or with options first. */
export interface ReadyTraced {
  <F extends AnyFunction>(fn: F, context?: ClassMethodDecoratorContext): F;
  <
    This = unknown,
    Args extends readonly unknown[] = readonly unknown[],
    Result = unknown,
  >(options?: ReadyOptions<This, Args, Result>): Traced;
}

/**
 * Traces an agent or a model: a CAIS event of `agent:NAME`. Model and tokens are read from a result
 * with `model` and `usage`.
 *
 * @example
 * ```ts
 * class Coder {
 *   @traceAgent
 *   async act(observation: string) { … }
 *
 *   @traceAgent({ captureArgs: false, systemInstanceId: "agent:planner" })
 *   async plan() { … }
 * }
 * const ask = traceAgent(async (question: string) => { … });
 * ```
 */
export const traceAgent: ReadyTraced = ready("cais");

/**
 * Traces what the program itself does: a runtime event of `runtime:NAME`, whose actions are the
 * arguments.
 *
 * @example
 * ```ts
 * const readFile = traceRuntime({ name: "read_file" })(async (path: string) => { … });
 * ```
 */
export const traceRuntime: ReadyTraced = ready("runtime");

/**
 * Traces an environment: an environment event of `env:NAME`. Reward and end are read from a result
 * with `reward`, `terminated` (or `done`) and `truncated`, or from one with them in a row after the
 * observation.
 *
 * @example
 * ```ts
 * class World {
 *   @traceEnv({ stateFilter: (world: World) => world.visible() })
 *   step(action: string) { … }
 * }
 * ```
 */
export const traceEnv: ReadyTraced = ready("environment");

function ready(eventType: EventType): ReadyTraced {
  const bare = createTraced({ eventType });
  return ((given?: AnyFunction | ReadyOptions, context?: ClassMethodDecoratorContext) =>
    typeof given === "function" || context !== undefined
      ? bare(given as AnyFunction, context)
      : createTraced({ ...given, eventType })) as ReadyTraced;
}
