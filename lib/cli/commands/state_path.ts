import { defineCommand } from "../command.ts";
import { loadSettings } from "../load.ts";

/** `owllm state path`. */
export const statePath = defineCommand({
  brief: "Print the path of the state file",
  examples: ["owllm state path", 'sqlite3 "$(owllm state path)" .tables'],
  flags: {},
  positional: { kind: "tuple", parameters: [] },
  async run({ cli, out, flags }) {
    const { settings } = await loadSettings(cli, flags);
    const { statePathIn } = await import("../../state/mod.ts");
    const path = statePathIn(settings.state.dir);
    if (out.json) out.printJson({ path });
    else out.print(path);
  },
});
