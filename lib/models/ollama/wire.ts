/**
 * Shapes of Ollama's native API as its versions 0.5 to 0.17 send them. Unknown fields are let
 * through: a newer server may say more.
 */
import { z } from "zod";

const Details = z.looseObject({
  family: z.string().optional(),
  parameter_size: z.string().optional(),
  quantization_level: z.string().optional(),
});

/** `GET /api/tags` */
export const Tags = z.looseObject({
  models: z.array(z.looseObject({
    name: z.string(),
    size: z.number().optional(),
    details: Details.optional(),
  })),
});

/** `POST /api/show` */
export const Show = z.looseObject({
  capabilities: z.array(z.string()).optional(),
  template: z.string().optional(),
  modelfile: z.string().optional(),
  parameters: z.string().optional(),
  details: Details.optional(),
  model_info: z.record(z.string(), z.unknown()).optional(),
});

const Running = z.looseObject({
  name: z.string(),
  details: Details.optional(),
  size: z.number().optional(),
  size_vram: z.number().optional(),
  context_length: z.number().optional(),
  expires_at: z.string().optional(),
});
export type RunningModel = z.infer<typeof Running>;

/** `GET /api/ps` */
export const Processes = z.looseObject({ models: z.array(Running).nullish() });

/** `POST /api/chat`, whole or one line of the stream. Durations are nanoseconds. */
export const ChatLine = z.looseObject({
  model: z.string().optional(),
  error: z.string().optional(),
  message: z.looseObject({
    role: z.string().optional(),
    content: z.string().nullish(),
    thinking: z.string().nullish(),
    tool_calls: z.array(z.looseObject({
      id: z.string().optional(),
      function: z.looseObject({
        index: z.number().optional(),
        name: z.string(),
        arguments: z.unknown(),
      }),
    })).nullish(),
  }).optional(),
  done: z.boolean().optional(),
  done_reason: z.string().optional(),
  total_duration: z.number().optional(),
  load_duration: z.number().optional(),
  prompt_eval_count: z.number().optional(),
  prompt_eval_duration: z.number().optional(),
  eval_count: z.number().optional(),
  eval_duration: z.number().optional(),
});
export type ChatLine = z.infer<typeof ChatLine>;

/** `POST /api/embed` */
export const Embed = z.looseObject({ embeddings: z.array(z.array(z.number())) });

/** A manifest in Ollama's directory of models. */
export const Manifest = z.looseObject({
  layers: z.array(z.looseObject({
    mediaType: z.string(),
    digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  })),
});
