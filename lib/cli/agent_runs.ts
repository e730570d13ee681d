import { nearest, OwllmError } from "../core/mod.ts";
import type { AgentRunRecord, State } from "../state/mod.ts";

/** How many runs are looked through for the one that was meant, and how many are named. */
const KNOWN = 500;
const SUGGESTED = 3;

/**
 * The run of an id, of a beginning that only one id has, or the newest for `last`.
 *
 * @throws {@linkcode OwllmError} `not_found` with the nearest ids
 */
export function runById(state: State, typed: string): AgentRunRecord {
  const known = state.agentRuns.list({ limit: KNOWN });
  const found = typed === "last" ? known[0] : state.agentRuns.get(typed);
  if (found !== undefined) return found;
  const begin = known.filter(({ id }) => id.startsWith(typed));
  const [only] = begin;
  if (only !== undefined && begin.length === 1 && typed !== "") return only;
  const near = nearest(typed, known.map(({ id }) => id), SUGGESTED);
  throw new OwllmError({
    code: "not_found",
    message: begin.length > 1 && typed !== ""
      ? `"${typed}" is the beginning of ${begin.length} runs`
      : `No run "${typed}"`,
    recoverySuggestion: known.length === 0
      ? 'Nothing was run yet: owllm run "TASK"'
      : near.length > 0
      ? `Near ones: ${near.join(", ")}   all: owllm runs list`
      : "All of them: owllm runs list",
  });
}

/** How a run stands, in a word. */
export function standingOf({ end }: AgentRunRecord): string {
  return end ?? "unfinished";
}
