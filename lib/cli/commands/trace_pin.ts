import { defineCommand } from "../command.ts";
import { printable } from "../text_width.ts";
import { sessionJson } from "../trace_json.ts";
import { openTracesFor, RUN, traceById, TRACES_FLAGS, type TracesFlags } from "../traces.ts";

/** `owllm trace pin RUN`. */
export const tracePin = pinCommand(true);

/** `owllm trace unpin RUN`. */
export const traceUnpin = pinCommand(false);

function pinCommand(pinned: boolean) {
  const word = pinned ? "pin" : "unpin";
  return defineCommand<TracesFlags, [run: string]>({
    brief: pinned
      ? "Keep a traced session whatever owllm trace prune is told"
      : "Let owllm trace prune take a session again",
    examples: [`owllm trace ${word} last`, `owllm trace ${word} session_1a2b --json`],
    flags: TRACES_FLAGS,
    positional: { kind: "tuple", parameters: [RUN] },
    async run({ cli, out, flags }, typed) {
      using state = await openTracesFor(cli, flags);
      const { id } = traceById(state.traces, typed);
      state.traces.pin(id, pinned);
      if (out.json) return out.printJson(sessionJson(traceById(state.traces, id)));
      out.print(`${pinned ? "Pinned" : "No longer pinned:"} ${printable(id)}`);
    },
  });
}
