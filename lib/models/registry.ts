import { OwllmError } from "../core/mod.ts";
import type { ConfiguredModel } from "../config/mod.ts";
import type { ModelRecord } from "../state/mod.ts";
import { sameName, type ServerOffer } from "./discover.ts";
import { readEngineWeights } from "./gguf.ts";
import { SERVER_KINDS, type ServerKind } from "./provider.ts";

/**
 * Where an entry of the registry comes from. `server`: offered right now, not registered;
 * `builtin`: the engine with its default weights, which nobody has to register.
 */
export type ModelOrigin =
  | "config"
  | "added"
  | "imported"
  | "pulled"
  | "seen"
  | "server"
  | "builtin";

/** A model that owllm knows by an id. Undefined means not said. */
export interface ModelEntry {
  readonly id: string;
  readonly origin: ModelOrigin;
  readonly kind?: ServerKind | undefined;
  readonly baseUrl?: string | undefined;
  /** The name on the server, where it is not the id. */
  readonly name?: string | undefined;
  /** Weights for the built-in engine. */
  readonly gguf?: string | undefined;
  readonly baseModel?: string | undefined;
  readonly modelType?: "instruct" | "base" | undefined;
  /** Port that a server of this model would like. */
  readonly portHint?: number | undefined;
  readonly use4bit?: boolean | undefined;
  readonly adapterDir?: string | undefined;
  readonly systemPrompt?: string | undefined;
  readonly contextTokens?: number | undefined;
}

/** An entry of a `models.toml`. */
export function entryOfConfig(model: ConfiguredModel): ModelEntry {
  return { ...model, origin: "config" };
}

/** An entry of the state. */
export function entryOfRecord(record: ModelRecord): ModelEntry {
  return {
    id: record.id,
    origin: record.source,
    kind: SERVER_KINDS.find((kind) => kind === record.kind),
    baseUrl: record.baseUrl || undefined,
    name: record.name || undefined,
    gguf: record.ggufPath ?? undefined,
    baseModel: record.baseModel ?? undefined,
    modelType: record.modelType ?? undefined,
    portHint: record.portHint ?? undefined,
    use4bit: record.use4bit ?? undefined,
    adapterDir: record.adapterDir ?? undefined,
    systemPrompt: record.systemPrompt ?? undefined,
    contextTokens: record.contextTokens ?? undefined,
  };
}

/** A row of `owllm models list`. */
export interface ListedModel extends ModelEntry {
  /** A server offers it right now, or its weights are a file that the engine can take. */
  readonly available: boolean;
  /** Why its weights cannot be used. */
  readonly problem?: string | undefined;
  readonly sizeBytes?: number | undefined;
  readonly quantization?: string | undefined;
}

/**
 * One list out of the config, the state and what servers offer, by id. The config rules over the
 * state; what a server offers under a registered name fills in that entry.
 */
export function mergeModels(
  config: readonly ModelEntry[],
  state: readonly ModelEntry[],
  offers: readonly ServerOffer[],
): ListedModel[] {
  const entries = new Map<string, ListedModel>();
  for (const entry of [...config, ...state]) {
    if (!entries.has(entry.id)) entries.set(entry.id, { ...entry, available: false });
  }
  for (const { server, models } of offers) {
    for (const model of models) {
      const known = [...entries.values()].find((entry) =>
        entry.gguf === undefined && sameName(model.name, entry.name ?? entry.id) &&
        (entry.baseUrl ?? server.baseUrl) === server.baseUrl
      );
      const short = model.name.replace(/:latest$/, "");
      // Two servers may offer one name; the second is then called by its address too.
      const free = entries.has(short) ? `${server.baseUrl}#${short}` : short;
      const id = known?.id ?? free;
      entries.set(id, {
        ...(known ?? { id, origin: "server" }),
        kind: server.kind,
        baseUrl: server.baseUrl,
        name: model.name,
        available: true,
        sizeBytes: model.sizeBytes,
        quantization: model.quantization,
      });
    }
  }
  return [...entries.values()].sort((a, b) => a.id.localeCompare(b.id));
}

/** The same list with what the files of weights say of themselves. */
export async function withWeights(models: readonly ListedModel[]): Promise<ListedModel[]> {
  return await Promise.all(models.map(async (model) => {
    if (model.gguf === undefined) return model;
    try {
      const { sizeBytes, quantization, contextLength } = await readEngineWeights(model.gguf);
      const contextTokens = model.contextTokens ?? contextLength;
      return { ...model, available: true, sizeBytes, quantization, contextTokens };
    } catch (error) {
      if (!(error instanceof OwllmError)) throw error;
      return { ...model, available: false, problem: error.message };
    }
  }));
}
