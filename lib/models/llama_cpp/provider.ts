import { z } from "zod";
import { OwllmError } from "../../core/mod.ts";
import { demandShape, getJson } from "../http.ts";
import { createOpenAiProvider, type OpenAiProviderOptions } from "../openai_compatible/provider.ts";
import type { LoadedModel, ModelProvider } from "../provider.ts";

/** `GET /props` */
const Props = z.looseObject({
  chat_template: z.string().optional(),
  total_slots: z.number().optional(),
  model_path: z.string().optional(),
  default_generation_settings: z.looseObject({ n_ctx: z.number().optional() }).optional(),
  chat_template_caps: z.record(z.string(), z.unknown()).optional(),
});

/** `GET /slots`; old servers say `state`, new ones `is_processing`. */
const Slots = z.array(z.looseObject({
  is_processing: z.boolean().optional(),
  state: z.number().optional(),
  n_ctx: z.number().optional(),
}));

/** llama.cpp's own server: `/v1`, and what only it tells by `/props` and `/slots`. */
export function createLlamaCppProvider(
  options: Omit<OpenAiProviderOptions, "kind">,
): ModelProvider {
  const base = createOpenAiProvider({ ...options, kind: "llama_cpp" });
  const headers = options.apiKey ? { authorization: `Bearer ${options.apiKey}` } : {};
  const props = async (signal?: AbortSignal) =>
    demandShape(Props, await getJson(`${options.baseUrl}/props`, signal, headers), "/props");
  return {
    ...base,
    async describe(model, signal) {
      const description = await base.describe(model, signal);
      if (description === undefined) return undefined;
      const { chat_template, default_generation_settings } = await props(signal);
      const template = chat_template ?? "";
      return {
        ...description,
        template,
        contextConfigured: default_generation_settings?.n_ctx ?? description.contextConfigured,
        capabilities: ["completion", ...(template.includes("tools") ? ["tools"] : [])],
      };
    },
    async loaded(_model, signal) {
      const { default_generation_settings, total_slots } = await props(signal);
      const slots = await slotsOf(options.baseUrl, headers, signal);
      const context = default_generation_settings?.n_ctx ?? slots?.[0]?.n_ctx;
      const loaded: LoadedModel = { contextTokens: context, slots: slots?.length ?? total_slots };
      if (slots === undefined) return loaded;
      const busy = slots.filter((slot) => slot.is_processing ?? slot.state === 1);
      return { ...loaded, busySlots: busy.length };
    },
  };
}

/** `undefined` when the server was started with `--no-slots`. */
async function slotsOf(
  baseUrl: string,
  headers: HeadersInit,
  signal?: AbortSignal,
): Promise<z.infer<typeof Slots> | undefined> {
  try {
    return demandShape(Slots, await getJson(`${baseUrl}/slots`, signal, headers), "/slots");
  } catch (error) {
    if (error instanceof OwllmError && error.code === "model") return undefined;
    throw error;
  }
}
