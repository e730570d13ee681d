import { absolutePath } from "./paths.ts";
import type { Setting } from "./settings.ts";

/** A model described in a `models.toml`; undefined where nothing is said. */
export interface ConfiguredModel {
  readonly id: string;
  readonly kind?: "ollama" | "llama_cpp" | "vllm" | "lm_studio" | "openai_compatible" | "builtin";
  readonly baseUrl?: string;
  /** Its name on the server, where that is not the id. */
  readonly name?: string;
  /** Weights for the built-in engine, an absolute path. */
  readonly gguf?: string;
  readonly baseModel?: string;
  readonly modelType?: "instruct" | "base";
  readonly portHint?: number;
  readonly use4bit?: boolean;
  readonly adapterDir?: string;
  readonly systemPrompt?: string;
  readonly contextTokens?: number;
}

/** A field of `[models.<id>]`: which field of {@linkcode ConfiguredModel} it fills. */
export interface ModelField extends Omit<Setting, "default"> {
  readonly field: Exclude<keyof ConfiguredModel, "id">;
}

/** The fields of `[models.<id>]`, by their names in the file. */
export const MODEL_FIELDS: Readonly<Record<string, ModelField>> = {
  kind: { field: "kind", kind: "server_kind", brief: "The server's program" },
  url: { field: "baseUrl", kind: "url", brief: "The server's address" },
  name: { field: "name", kind: "text", brief: "The model's name on the server" },
  gguf: { field: "gguf", kind: "path", brief: "Weights for the built-in engine" },
  base_model: { field: "baseModel", kind: "text", brief: "The model it was made from" },
  model_type: { field: "modelType", kind: "model_type", brief: "Follows instructions or not" },
  port: { field: "portHint", kind: "port", brief: "Port that a server of it would like" },
  use_4bit: { field: "use4bit", kind: "boolean", brief: "Load the weights in 4 bits" },
  adapter_dir: { field: "adapterDir", kind: "path", brief: "A LoRA adapter to put on top" },
  system_prompt: { field: "systemPrompt", kind: "text", brief: "Said before every conversation" },
  context_tokens: { field: "contextTokens", kind: "count", brief: "Context to ask for, in tokens" },
};

/** A model with the names that its fields have in the file, for `--json`. */
export function modelTable(
  model: { readonly [K in keyof ConfiguredModel]: ConfiguredModel[K] | undefined },
): Record<string, unknown> {
  const fields = Object.entries(MODEL_FIELDS).flatMap(([name, { field }]) =>
    model[field] === undefined ? [] : [[name, model[field]] as const]
  );
  return { id: model.id, ...Object.fromEntries(fields) };
}

/** A checked table as a model; relative paths are under `base`. */
export function toModel(
  id: string,
  table: Readonly<Record<string, unknown>>,
  base: string,
  home: string,
): ConfiguredModel {
  const model: Record<string, unknown> = { id };
  for (const [name, value] of Object.entries(table)) {
    const field = MODEL_FIELDS[name];
    if (field === undefined || value === undefined) continue;
    const isPath = field.kind === "path" && typeof value === "string";
    model[field.field] = isPath ? absolutePath(value, base, home) : value;
  }
  return model as unknown as ConfiguredModel;
}
