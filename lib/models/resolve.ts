import { didYouMean, nearest, OwllmError } from "../core/mod.ts";
import { discover, type DiscoverOptions, type Discovery, sameName } from "./discover.ts";
import type { FoundServer } from "./identify.ts";
import type { ModelEntry } from "./registry.ts";

/** The id of the built-in engine with its default weights. */
export const BUILTIN_ID = "builtin";

/** A model id, and where it is. */
export type ResolvedModel =
  | {
    readonly where: "server";
    readonly id: string;
    /** The model's name on that server. */
    readonly name: string;
    readonly server: FoundServer;
    readonly entry: ModelEntry | undefined;
  }
  | {
    readonly where: "builtin";
    readonly id: string;
    /** Undefined: the default weights. */
    readonly gguf: string | undefined;
    readonly entry: ModelEntry | undefined;
  };

/** Everything a model id can mean right now. */
export interface ResolveOptions extends DiscoverOptions {
  readonly id: string;
  /** From models.toml and the state. */
  readonly entries: readonly ModelEntry[];
}

/**
 * Finds the model behind an id: a registered id, `builtin`, a name that a server knows, or
 * `URL#name`.
 *
 * @throws `unreachable` when there is no server to ask, `not_found` with the nearest names,
 * `denied` for a host that was not granted.
 */
export async function resolveModel(options: ResolveOptions): Promise<ResolvedModel> {
  const { id, entries } = options;
  const entry = entries.find((one) => one.id === id);
  if (entry?.gguf !== undefined || entry?.kind === "builtin" || id === BUILTIN_ID) {
    return { where: "builtin", id, gguf: entry?.gguf, entry };
  }
  const [address, fragment] = id.startsWith("http") ? id.split("#", 2) : [undefined, undefined];
  const addresses = address !== undefined ? [address] : addressesOf(entry, options.addresses);
  const name = address === undefined ? entry?.name ?? id : fragment;
  const discovery = await discover({ ...options, addresses });
  if (discovery.offers.length === 0) throw noServer(discovery, addresses);
  if (name === undefined || name === "") return onlyModel(id, discovery);
  for (const { server, models } of discovery.offers) {
    const listed = models.find((model) => sameName(model.name, name));
    if (listed !== undefined) return { where: "server", id, name, server, entry };
  }
  throw notFound(id, name, discovery, entries);
}

/** A server named on purpose is the only one asked; one merely seen may have moved. */
function addressesOf(entry: ModelEntry | undefined, all: readonly string[]): readonly string[] {
  if (entry?.baseUrl === undefined) return all;
  return entry.origin === "seen" ? [entry.baseUrl, ...all] : [entry.baseUrl];
}

/** `URL#` or `URL` alone means the only model there. */
function onlyModel(id: string, { offers }: Discovery): ResolvedModel {
  const [offer] = offers;
  const [only, ...others] = offer?.models ?? [];
  if (offer !== undefined && only !== undefined && others.length === 0) {
    return { where: "server", id, name: only.name, server: offer.server, entry: undefined };
  }
  const names = offer?.models.map(({ name }) => name) ?? [];
  throw new OwllmError({
    code: "usage",
    message: names.length === 0
      ? `The server at "${id}" offers no model`
      : `The server at "${id}" offers ${names.length} models: ${names.join(", ")}`,
    recoverySuggestion: `Name one after a #: ${id.replace(/#$/, "")}#${names[0] ?? "MODEL"}`,
  });
}

/** Nobody answered: what was looked for, where, and how to start one. */
export function noServer(discovery: Discovery, addresses: readonly string[]): OwllmError {
  const denied = discovery.missed.find(({ error }) => error.code === "denied");
  if (denied !== undefined) return denied.error;
  const [only] = discovery.missed;
  if (addresses.length === 1 && only?.error.code === "protocol") return only.error;
  const where = addresses.map((address) => address.replace(/^https?:\/\//, "")).join(", ");
  return new OwllmError({
    code: "unreachable",
    message:
      `No model server answers (looked for Ollama, llama.cpp, vLLM and LM Studio at ${where})`,
    context: { looked_at: where },
    recoverySuggestion:
      "Start one: ollama serve   or: llama-server -m MODEL.gguf   or use the built-in engine: owllm smoke model builtin",
  });
}

function notFound(
  id: string,
  name: string,
  { offers }: Discovery,
  entries: readonly ModelEntry[],
): OwllmError {
  const names = [
    ...offers.flatMap(({ models }) => models.map((model) => model.name.replace(/:latest$/, ""))),
    ...entries.map((entry) => entry.id),
    BUILTIN_ID,
  ];
  const near = nearest(name, names);
  const servers = offers.map(({ server }) => server.baseUrl.replace(/^https?:\/\//, ""));
  const ollama = offers.some(({ server }) => server.kind === "ollama");
  const known = near.length > 0 ? near : names.slice(0, 5);
  return new OwllmError({
    code: "not_found",
    message: `No server knows a model "${name}"${didYouMean(name, names)} (asked ${
      servers.join(", ")
    })`,
    context: { id, nearest: known.join(", ") },
    recoverySuggestion: `${near.length > 0 ? "Nearest" : "There are"}: ${known.join(", ")}` +
      (ollama ? `   or: ollama pull ${name}` : ""),
  });
}
