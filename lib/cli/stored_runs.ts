import { didYouMean, OwllmError } from "../core/mod.ts";
import type { SmokeRunRecord, State } from "../state/mod.ts";

/** How many runs are looked through for the names that were meant. */
const KNOWN_RUNS = 500;

/** The last runs of a model, the newest first. @throws `not_found` with the nearest name. */
export function runsOf(state: State, modelId: string, limit: number): readonly SmokeRunRecord[] {
  const runs = state.smokeRuns.list(modelId, limit);
  if (runs.length > 0) return runs;
  const known = new Set(state.smokeRuns.list(undefined, KNOWN_RUNS).map((run) => run.modelId));
  throw new OwllmError({
    code: "not_found",
    message: `No smoke of "${modelId}" is stored${didYouMean(modelId, known)}`,
    recoverySuggestion: known.size === 0
      ? `Make one: owllm smoke model ${modelId}`
      : `There are runs of: ${[...known].join(", ")}   or make one: owllm smoke model ${modelId}`,
  });
}

/** The two runs of a comparison, the older one first. */
export function runsToCompare(
  state: State,
  first: string,
  second: string | undefined,
): readonly [SmokeRunRecord, SmokeRunRecord] {
  if (second !== undefined) return [runById(state, first), runById(state, second)];
  const [newer, older] = runsOf(state, first, 2);
  if (newer !== undefined && older !== undefined) return [older, newer];
  throw new OwllmError({
    code: "not_found",
    message: `There is only one stored smoke of "${first}": nothing to compare it with`,
    recoverySuggestion: `owllm smoke model ${first}`,
  });
}

function runById(state: State, id: string): SmokeRunRecord {
  const run = state.smokeRuns.get(id);
  if (run !== undefined) return run;
  throw new OwllmError({
    code: "not_found",
    message: `No smoke run "${id}"`,
    recoverySuggestion: "owllm smoke history MODEL lists the ids of a model's runs",
  });
}
