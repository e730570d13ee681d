import { createIds, systemClock, systemRandom } from "../../lib/core/mod.ts";
import { openState, type OpenStateOptions, type State } from "../../lib/state/mod.ts";

/** Opens a state file with the machine's clock and ids. */
export function openTestState(dir: string, mode?: OpenStateOptions["mode"]): Promise<State> {
  const ids = createIds(() => systemClock.now(), systemRandom);
  return openState({ dir, clock: systemClock, ids, ...(mode === undefined ? {} : { mode }) });
}

/** Runs `body` with a fresh directory and removes it afterwards. */
export async function withTempDir(body: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir({ prefix: "owllm-test-" });
  try {
    await body(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}
