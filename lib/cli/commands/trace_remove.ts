import { defineCommand } from "../command.ts";
import { printable } from "../text_width.ts";
import { openTracesFor, RUN, traceById, TRACES_FLAGS, type TracesFlags } from "../traces.ts";

/** `owllm trace remove RUN`. */
export const traceRemove = defineCommand<TracesFlags, [run: string]>({
  brief: "Remove one traced session, pinned or not",
  examples: ["owllm trace remove session_1a2b", "owllm trace remove last --json"],
  flags: TRACES_FLAGS,
  positional: { kind: "tuple", parameters: [RUN] },
  async run({ cli, out, flags }, typed) {
    using state = await openTracesFor(cli, flags);
    const { id } = traceById(state.traces, typed);
    state.traces.remove(id);
    if (out.json) return out.printJson({ removed: [id] });
    out.print(`Removed ${printable(id)}`);
  },
});
