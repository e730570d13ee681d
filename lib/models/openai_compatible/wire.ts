/** Shapes of `/v1` as far as owllm reads them. Unknown fields are let through. */
import { z } from "zod";

const Usage = z.looseObject({
  prompt_tokens: z.number().nullish(),
  completion_tokens: z.number().nullish(),
  prompt_tokens_details: z.looseObject({ cached_tokens: z.number().nullish() }).nullish(),
  completion_tokens_details: z.looseObject({ reasoning_tokens: z.number().nullish() }).nullish(),
});
export type Usage = z.infer<typeof Usage>;

/** llama.cpp's `timings`: milliseconds; `prompt_n` counts only what was really prefilled. */
const LlamaTimings = z.looseObject({
  cache_n: z.number().optional(),
  prompt_n: z.number().optional(),
  prompt_ms: z.number().optional(),
  predicted_n: z.number().optional(),
  predicted_ms: z.number().optional(),
});
export type LlamaTimings = z.infer<typeof LlamaTimings>;

/** A tool call, whole or a piece of one. */
const ToolCallPiece = z.looseObject({
  index: z.number().optional(),
  id: z.string().nullish(),
  function: z.looseObject({
    name: z.string().nullish(),
    arguments: z.unknown(),
  }).optional(),
});
export type ToolCallPiece = z.infer<typeof ToolCallPiece>;

const Message = z.looseObject({
  role: z.string().nullish(),
  content: z.string().nullish(),
  reasoning_content: z.string().nullish(),
  reasoning: z.string().nullish(),
  tool_calls: z.array(ToolCallPiece).nullish(),
});
export type Message = z.infer<typeof Message>;

/** `POST /v1/chat/completions`, whole (`message`) or one chunk (`delta`). */
export const Completion = z.looseObject({
  model: z.string().optional(),
  choices: z.array(z.looseObject({
    message: Message.optional(),
    delta: Message.optional(),
    finish_reason: z.string().nullish(),
  })),
  usage: Usage.nullish(),
  timings: LlamaTimings.optional(),
});
export type Completion = z.infer<typeof Completion>;

/** `GET /v1/models`; `meta` comes from llama.cpp, `max_model_len` from vLLM. */
export const Models = z.looseObject({
  data: z.array(z.looseObject({
    id: z.string(),
    max_model_len: z.number().nullish(),
    meta: z.looseObject({
      n_ctx: z.number().optional(),
      n_ctx_train: z.number().optional(),
      n_params: z.number().optional(),
      size: z.number().optional(),
      ftype: z.string().optional(),
    }).nullish(),
  })),
});
export type Models = z.infer<typeof Models>;

/** `POST /v1/embeddings` */
export const Embeddings = z.looseObject({
  data: z.array(z.looseObject({
    index: z.number().optional(),
    embedding: z.union([z.array(z.number()), z.string()]),
  })),
});
