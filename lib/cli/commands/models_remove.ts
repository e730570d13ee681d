import { didYouMean, nearest, OwllmError } from "../../core/mod.ts";
import { defineCommand } from "../command.ts";
import { loadSettings, openStateFor } from "../load.ts";
import { MODEL_ID } from "../model_id.ts";

/** `owllm models remove <id>`. */
export const modelsRemove = defineCommand<Readonly<Record<never, never>>, [id: string]>({
  brief: "Forget a registered model; its weights and its smoke runs stay",
  examples: ["owllm models remove mine", "owllm models remove mine --json"],
  flags: {},
  positional: { kind: "tuple", parameters: [MODEL_ID] },
  async run({ cli, out, flags }, id) {
    const config = await loadSettings(cli, flags);
    using state = await openStateFor(cli, flags);
    const removed = state.models.get(id);
    const inFile = config.modelOrigins.get(id);
    if (removed === undefined) throw notRegistered(id, inFile, state.models.list());
    state.models.remove(id);
    if (out.json) return out.printJson({ removed: id, gguf: removed.ggufPath });
    out.print(`Removed ${id}`);
    if (removed.ggufPath !== null) out.note(`Its weights stay: ${removed.ggufPath}`);
    if (inFile !== undefined) out.note(`${inFile} describes a model of this id too; it stays`);
  },
});

function notRegistered(
  id: string,
  inFile: string | undefined,
  models: readonly { readonly id: string }[],
): OwllmError {
  if (inFile !== undefined) {
    return new OwllmError({
      code: "usage",
      message: `"${id}" is described in ${inFile}, which owllm does not edit`,
      context: { id, where: inFile },
      recoverySuggestion: `Delete the table of "${id}" at ${inFile}`,
    });
  }
  const ids = models.map((model) => model.id);
  return new OwllmError({
    code: "not_found",
    message: `No model "${id}" is registered${didYouMean(id, ids)}`,
    context: { id, nearest: nearest(id, ids).join(", ") },
    recoverySuggestion: ids.length === 0
      ? "Nothing is registered: owllm models list"
      : `Registered: ${ids.slice(0, 8).join(", ")}`,
  });
}
