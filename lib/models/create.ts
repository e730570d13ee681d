import { assertNever, type Clock } from "../core/mod.ts";
import type { EmbeddedProviderOptions } from "./embedded/provider.ts";
import type { ModelProvider, ServerKind } from "./provider.ts";

/** A server to talk to. */
export interface ServerAddress {
  readonly kind: Exclude<ServerKind, "builtin">;
  /** E.g. `http://127.0.0.1:11434`, without `/v1`. */
  readonly baseUrl: string;
  readonly apiKey?: string | undefined;
}

/** The provider for a server; each is loaded when it is first asked for. */
export async function createProvider(
  server: ServerAddress,
  clock: Clock,
): Promise<ModelProvider> {
  const { kind, baseUrl, apiKey } = server;
  switch (kind) {
    case "ollama": {
      const { createOllamaProvider } = await import("./ollama/provider.ts");
      return createOllamaProvider(baseUrl, clock);
    }
    case "llama_cpp": {
      const { createLlamaCppProvider } = await import("./llama_cpp/provider.ts");
      return createLlamaCppProvider({ baseUrl, apiKey, clock });
    }
    case "lm_studio": {
      const { createLmStudioProvider } = await import("./lm_studio/provider.ts");
      return createLmStudioProvider({ baseUrl, apiKey, clock });
    }
    case "vllm":
    case "openai_compatible": {
      const { createOpenAiProvider } = await import("./openai_compatible/provider.ts");
      return createOpenAiProvider({ kind, baseUrl, apiKey, clock });
    }
    default:
      return assertNever(kind);
  }
}

/** The provider for the built-in engine; the engine itself loads with the first request. */
export async function createEmbeddedProvider(
  options: EmbeddedProviderOptions,
): Promise<ModelProvider> {
  return (await import("./embedded/provider.ts")).createEmbeddedProvider(options);
}
