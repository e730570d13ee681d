import { z } from "zod";
import { demandShape, getJson } from "../http.ts";
import { createOpenAiProvider, type OpenAiProviderOptions } from "../openai_compatible/provider.ts";
import type { ModelProvider } from "../provider.ts";

/** `GET /api/v0/models`, since LM Studio 0.3.6; the loaded context since 0.3.14. */
const Models = z.looseObject({
  data: z.array(z.looseObject({
    id: z.string(),
    arch: z.string().optional(),
    quantization: z.string().optional(),
    state: z.string().optional(),
    max_context_length: z.number().optional(),
    loaded_context_length: z.number().optional(),
    capabilities: z.array(z.string()).optional(),
  })),
});

/** LM Studio: `/v1`, and what only its own API tells of context and quantization. */
export function createLmStudioProvider(
  options: Omit<OpenAiProviderOptions, "kind">,
): ModelProvider {
  const base = createOpenAiProvider({ ...options, kind: "lm_studio" });
  const headers = options.apiKey ? { authorization: `Bearer ${options.apiKey}` } : {};
  const models = async (signal?: AbortSignal) => {
    const path = "/api/v0/models";
    const body = await getJson(`${options.baseUrl}${path}`, signal, headers);
    return demandShape(Models, body, path).data;
  };
  return {
    ...base,
    async listModels(signal) {
      return (await models(signal)).map(({ id, quantization, arch }) => ({
        name: id,
        quantization,
        family: arch,
      }));
    },
    async describe(model, signal) {
      const found = (await models(signal)).find(({ id }) => id === model);
      if (found === undefined) return undefined;
      return {
        name: model,
        contextTrained: found.max_context_length,
        contextConfigured: found.loaded_context_length,
        quantization: found.quantization,
        family: found.arch,
        // LM Studio writes tools into the prompt of every model; the list names the trained ones.
        capabilities: found.capabilities?.includes("tool_use")
          ? ["completion", "tools"]
          : undefined,
      };
    },
    async loaded(model, signal) {
      const found = (await models(signal)).find(({ id }) => id === model);
      if (found?.state !== "loaded") return undefined;
      return { contextTokens: found.loaded_context_length };
    },
  };
}
