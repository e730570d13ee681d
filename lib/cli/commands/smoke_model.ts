import { defineCommand } from "../command.ts";

/** `owllm smoke model [id]`. */
export const smokeModel = defineCommand({
  brief: "Probe a model server and say what works, what does not, and the line to paste",
  examples: ["owllm smoke model qwen2.5-coder:7b", "owllm smoke model builtin --json"],
  flags: {},
  positional: { kind: "tuple", parameters: [] },
  run({ out }) {
    out.print("probe list");
    return Promise.resolve();
  },
});
