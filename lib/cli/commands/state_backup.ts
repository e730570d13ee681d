import { defineCommand } from "../command.ts";
import { openStateFor } from "../load.ts";

/** `owllm state backup FILE`. */
export const stateBackup = defineCommand<Readonly<Record<never, never>>, [string]>({
  brief: "Copy the state into a new file, while others may use it",
  description:
    "The copy is one file of mode 0600 that was checked. To restore it, end every owllm " +
    "and copy it over the path that `owllm state path` prints.",
  examples: ["owllm state backup ~/owllm-backup.db"],
  flags: {},
  positional: {
    kind: "tuple",
    parameters: [{ brief: "The new file", parse: (text: string) => text, placeholder: "FILE" }],
  },
  async run({ cli, out, flags }, target) {
    using state = await openStateFor(cli, flags, "existing");
    const path = target.startsWith("/") ? target : `${cli.cwd}/${target}`;
    const backup = await state.backup(path);
    if (out.json) out.printJson({ path: state.path, ...backup });
    else out.print(`${backup.target} (${backup.size_bytes} bytes, checked)`);
  },
});
