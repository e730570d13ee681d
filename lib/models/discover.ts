import { type Clock, OwllmError, type Result } from "../core/mod.ts";
import { createProvider } from "./create.ts";
import { type FoundServer, identifyServer, normalizeBaseUrl } from "./identify.ts";
import type { ModelListing } from "./provider.ts";

/** A server with what it offers. */
export interface ServerOffer {
  readonly server: FoundServer;
  readonly models: readonly ModelListing[];
}

/** What looking for servers gave: those found, and for each other address why not. */
export interface Discovery {
  readonly offers: readonly ServerOffer[];
  readonly missed: readonly { readonly address: string; readonly error: OwllmError }[];
}

/** Where and how to look. */
export interface DiscoverOptions {
  /** Base URLs. */
  readonly addresses: readonly string[];
  readonly apiKey?: string | undefined;
  /** Refuses a host that was not granted. */
  checkHost(url: URL): Result<void>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Asks every address at once who is there and which models it has. */
export async function discover(options: DiscoverOptions): Promise<Discovery> {
  const addresses = [...new Set(options.addresses.map(normalizeBaseUrl))];
  const looked = await Promise.all(addresses.map(async (address) => {
    try {
      return { address, offer: await offerAt(address, options) };
    } catch (error) {
      if (error instanceof OwllmError) return { address, error };
      throw error;
    }
  }));
  return {
    offers: looked.flatMap(({ offer }) => offer ?? []),
    missed: looked.flatMap(({ address, error }) => error === undefined ? [] : { address, error }),
  };
}

async function offerAt(address: string, options: DiscoverOptions): Promise<ServerOffer> {
  const url = parseUrl(address);
  const allowed = options.checkHost(url);
  if (!allowed.ok) throw allowed.error;
  const found = await identifyServer(address, options.signal, options.apiKey);
  if (!found.ok) throw found.error;
  const provider = await createProvider(
    { ...found.value, apiKey: options.apiKey },
    options.clock,
  );
  return { server: found.value, models: await provider.listModels(options.signal) };
}

/** Parses a server address; a host without a scheme gets `http://`. */
export function parseUrl(address: string): URL {
  const url = URL.parse(/^https?:\/\//.test(address) ? address : `http://${address}`);
  if (url !== null && url.hostname !== "") return url;
  throw new OwllmError({
    code: "usage",
    message: `"${address}" is no server address`,
    recoverySuggestion: "Give it as http://127.0.0.1:11434",
  });
}

/** Ollama calls `smollm2` `smollm2:latest`. */
export function sameName(listed: string, asked: string): boolean {
  return listed === asked || listed === `${asked}:latest`;
}
