import { defineCommand } from "../command.ts";
import { MODEL_ID } from "../model_id.ts";

/** `owllm smoke model [id]`. */
export const smokeModel = defineCommand<Readonly<Record<never, never>>, [id?: string]>({
  brief: "Probe a model server and say what works, what does not, and the line to paste",
  examples: ["owllm smoke model qwen2.5-coder:7b", "owllm smoke model builtin --json"],
  flags: {},
  positional: { kind: "tuple", parameters: [{ ...MODEL_ID, optional: true }] },
  run({ out }) {
    out.print("probe list");
    return Promise.resolve();
  },
});
