import type { Cli, GlobalFlags } from "./context.ts";
import { loadSettings } from "./load.ts";

const FLAGS: GlobalFlags = { json: false, quiet: true, verbose: false };

/** The positional parameter of a command that takes a model id; the shell completes it. */
export const MODEL_ID = {
  brief: "An id of `owllm models list`, a name on a local server, URL#name, or builtin",
  placeholder: "MODEL",
  parse: (text: string): string => text,
  proposeCompletions(this: Cli, partial: string): Promise<readonly string[]> {
    return knownModelIds(this, partial);
  },
} as const;

/** The ids in the configuration and in the state that start with `partial`. */
async function knownModelIds(cli: Cli, partial: string): Promise<readonly string[]> {
  const { settings, models } = await loadSettings(cli, FLAGS);
  const ids = new Set(["builtin", ...models.map(({ id }) => id)]);
  const { openState, statePathIn } = await import("../state/mod.ts");
  const { dir } = settings.state;
  // Completing a word must not make a state file.
  const known = await Deno.stat(statePathIn(dir)).then(() => true, () => false);
  if (known) {
    using state = await openState({ dir, clock: cli.clock, ids: cli.ids, mode: "existing" });
    for (const { id } of state.models.list()) ids.add(id);
  }
  return [...ids].filter((id) => id.startsWith(partial)).sort();
}
