import { OwllmError } from "../core/mod.ts";
import type { LoadedConfig } from "../config/mod.ts";
import type {
  DiscoverOptions,
  Discovery,
  ModelEntry,
  ModelProvider,
  ResolvedModel,
} from "../models/mod.ts";
import type { ServerFacts } from "../smoke/mod.ts";
import type { State } from "../state/mod.ts";
import type { Cli } from "./command.ts";

/** What a command needs to find models: where to look, and what is registered. */
export interface Lookup extends DiscoverOptions {
  readonly entries: readonly ModelEntry[];
}

/** Where this command may look for models, from the configuration and the state. */
export async function lookupOf(cli: Cli, config: LoadedConfig, state: State): Promise<Lookup> {
  const { entryOfConfig, entryOfRecord } = await import("../models/mod.ts");
  return {
    ...await addressesOf(cli, config),
    clock: cli.clock,
    signal: cli.signal,
    entries: [...config.models.map(entryOfConfig), ...state.models.list().map(entryOfRecord)],
  };
}

/** Which servers may be asked, and how. */
export async function addressesOf(
  cli: Cli,
  { settings }: LoadedConfig,
): Promise<Pick<DiscoverOptions, "addresses" | "apiKey" | "checkHost">> {
  const { checkHost, serverAddresses } = await import("../config/mod.ts");
  const { apiKeyEnv } = settings.server;
  return {
    addresses: serverAddresses(settings),
    apiKey: apiKeyEnv === undefined ? undefined : cli.env(apiKeyEnv),
    checkHost: (url) => checkHost(url, cli.env("OWLLM_ALLOW_NET")),
  };
}

/** A model that is ready to be asked. */
export interface Target extends AsyncDisposable {
  readonly id: string;
  readonly server: ServerFacts;
  /** The model's name on the server. */
  readonly model: string;
  readonly provider: ModelProvider;
  /** Ollama's `/v1`; undefined for every other kind. */
  readonly compat: ModelProvider | undefined;
  /** Registered fields, where there are any. */
  readonly entry: ModelEntry | undefined;
}

/** Opens what a model id was resolved to. */
export async function openTarget(
  cli: Cli,
  config: LoadedConfig,
  lookup: Lookup,
  resolved: ResolvedModel,
): Promise<Target> {
  const { createProvider } = await import("../models/mod.ts");
  if (resolved.where === "builtin") return await openBuiltin(cli, config, resolved);
  const { server, name, id, entry } = resolved;
  const { apiKey } = lookup;
  const provider = await createProvider({ ...server, apiKey }, cli.clock);
  const compat = server.kind === "ollama"
    ? await createProvider({ ...server, apiKey, kind: "openai_compatible" }, cli.clock)
    : undefined;
  return {
    id,
    server,
    model: name,
    provider,
    compat,
    entry,
    async [Symbol.asyncDispose]() {
      await provider.close();
      await compat?.close();
    },
  };
}

/** The only model there is; otherwise an error that lists them. */
export async function onlyModel(lookup: Lookup): Promise<ResolvedModel> {
  const { discover, noServer } = await import("../models/mod.ts");
  const discovery = await discover(lookup);
  if (discovery.offers.length === 0) throw noServer(discovery, lookup.addresses);
  const models = offered(discovery);
  const [only] = models;
  if (only !== undefined && models.length === 1) return only;
  throw new OwllmError({
    code: "usage",
    message: only === undefined
      ? `The server at ${discovery.offers[0]?.server.baseUrl} offers no model`
      : `There are ${models.length} models: ${models.map(({ id }) => id).join(", ")}`,
    recoverySuggestion: only === undefined
      ? "Get one: ollama pull qwen2.5-coder:7b   or: owllm smoke model builtin"
      : `Name one: owllm smoke model ${only.id}`,
  });
}

/** A model of a server, the loaded one first; else the built-in engine. */
export async function anyModel(lookup: Lookup): Promise<ResolvedModel> {
  const { BUILTIN_ID, createProvider, discover } = await import("../models/mod.ts");
  const models = offered(await discover(lookup));
  for (const model of models) {
    if (model.where !== "server" || model.server.kind !== "ollama") continue;
    const provider = await createProvider(model.server, lookup.clock);
    if (await provider.loaded(model.name, lookup.signal) !== undefined) return model;
  }
  return models[0] ?? { where: "builtin", id: BUILTIN_ID, gguf: undefined, entry: undefined };
}

function offered({ offers }: Discovery): ResolvedModel[] {
  return offers.flatMap(({ server, models }) =>
    models.map(({ name }): ResolvedModel => {
      const id = name.replace(/:latest$/, "");
      return { where: "server", id, name: id, server, entry: undefined };
    })
  );
}

/** The built-in engine with its weights: those of the entry, else what `models pull` fetched. */
async function openBuiltin(
  cli: Cli,
  config: LoadedConfig,
  { id, gguf, entry }: Extract<ResolvedModel, { where: "builtin" }>,
): Promise<Target> {
  const { createEmbeddedProvider, defaultWeightsPath } = await import("../models/mod.ts");
  const ggufPath = gguf ?? defaultWeightsPath(config.paths.data);
  if (!await exists(ggufPath)) {
    throw new OwllmError({
      code: "unreachable",
      message: `The built-in engine has no weights for "${id}": "${ggufPath}" is missing`,
      context: { path: ggufPath },
      recoverySuggestion: gguf === undefined || entry?.origin === "pulled"
        ? "owllm models pull smollm2"
        : `owllm models add ${id} --gguf FILE.gguf`,
    });
  }
  const { contextTokens, threads } = config.settings.builtin;
  const provider = await createEmbeddedProvider({
    ggufPath,
    modelName: id,
    contextTokens: entry?.contextTokens ?? contextTokens,
    threads,
    clock: cli.clock,
  });
  return {
    id,
    server: { kind: "builtin", baseUrl: "", version: undefined },
    model: id,
    provider,
    compat: undefined,
    entry,
    [Symbol.asyncDispose]: () => provider.close(),
  };
}

async function exists(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
