import type { Clock } from "../../core/mod.ts";
import { demandShape, getJson } from "../http.ts";
import type {
  ChatChunk,
  ChatRequest,
  ChatResponse,
  Embeddings,
  EmbedOptions,
  ModelProvider,
  ServerKind,
  StreamEnd,
} from "../provider.ts";
import { joinChunks } from "../stream_join.ts";
import { observedClient, ourError } from "./client.ts";
import { chunkOf, completionBody, timingsOf } from "./convert.ts";
import * as wire from "./wire.ts";

/** What {@linkcode createOpenAiProvider} needs. */
export interface OpenAiProviderOptions {
  readonly kind: ServerKind;
  /** Without `/v1`. */
  readonly baseUrl: string;
  readonly apiKey?: string | undefined;
  readonly clock: Clock;
}

/** Any server with `/v1`, by `npm:openai`. */
export function createOpenAiProvider(options: OpenAiProviderOptions): ModelProvider {
  const { kind, baseUrl } = options;
  return {
    kind,
    baseUrl,
    async listModels(signal) {
      return (await models(options, signal)).data.map(({ id, meta }) => ({
        name: id,
        sizeBytes: meta?.size,
        quantization: meta?.ftype,
      }));
    },
    async describe(model, signal) {
      const found = (await models(options, signal)).data.find(({ id }) => id === model);
      if (found === undefined) return undefined;
      return {
        name: model,
        contextTrained: found.meta?.n_ctx_train,
        contextConfigured: found.max_model_len ?? found.meta?.n_ctx,
        quantization: found.meta?.ftype,
      };
    },
    loaded: () => Promise.resolve(undefined),
    chat: (request, signal) => chat(options, request, signal),
    stream: (request, signal) => stream(options, request, signal),
    embed: (model, texts, how, signal) => embed(options, model, texts, how, signal),
    close: () => Promise.resolve(),
  };
}

/** `GET /v1/models` with the key, if there is one. */
async function models(options: OpenAiProviderOptions, signal?: AbortSignal): Promise<wire.Models> {
  const headers = options.apiKey ? { authorization: `Bearer ${options.apiKey}` } : {};
  const body = await getJson(`${options.baseUrl}/v1/models`, signal, headers);
  return demandShape(wire.Models, body, "/v1/models");
}

async function chat(
  { baseUrl, apiKey, clock }: OpenAiProviderOptions,
  request: ChatRequest,
  signal?: AbortSignal,
): Promise<ChatResponse> {
  const start = clock.monotonic();
  const { client, exchange } = observedClient(baseUrl, apiKey, signal);
  const body = await client.post("/chat/completions", {
    body: { ...completionBody(request), stream: false },
    ...(signal === undefined ? {} : { signal }),
  }).catch((error: unknown) => {
    throw ourError(error, baseUrl, signal);
  });
  const completion = demandShape(wire.Completion, body, "/v1/chat/completions");
  const totalMs = clock.monotonic() - start;
  const { timings: _, ...answer } = joinChunks([chunkOf(completion, totalMs)], {
    status: exchange.status,
    contentType: exchange.contentType,
    model: completion.model ?? "",
  }, totalMs);
  return { ...answer, timings: { totalMs, ...timingsOf(completion) } };
}

async function* stream(
  { baseUrl, apiKey, clock }: OpenAiProviderOptions,
  request: ChatRequest,
  signal?: AbortSignal,
): AsyncGenerator<ChatChunk, StreamEnd, undefined> {
  const start = clock.monotonic();
  const { client, exchange } = observedClient(baseUrl, apiKey, signal);
  const chunks: ChatChunk[] = [];
  let model = "";
  let timings: wire.LlamaTimings | undefined;
  try {
    const events = await client.chat.completions.create(
      {
        stream_options: { include_usage: true },
        ...completionBody(request),
        stream: true,
      } as Parameters<typeof client.chat.completions.create>[0] & { stream: true },
      {
        ...(signal === undefined ? {} : { signal }),
      },
    );
    for await (const event of events) {
      const completion = demandShape(wire.Completion, event, "A stream event");
      model ||= completion.model ?? "";
      timings = completion.timings ?? timings;
      const chunk = chunkOf(completion, clock.monotonic() - start);
      chunks.push(chunk);
      yield chunk;
    }
  } catch (error) {
    throw ourError(error, baseUrl, signal);
  }
  // The SDK ends a stream that its signal aborted as if it were whole.
  signal?.throwIfAborted();
  const facts = { status: exchange.status, contentType: exchange.contentType, model };
  const own = timingsOf(timings === undefined ? {} : { timings });
  return {
    response: joinChunks(chunks, facts, clock.monotonic() - start, own),
    chunks,
    terminated: exchange.terminated,
    invalidUtf8: exchange.invalidUtf8,
  };
}

async function embed(
  { baseUrl, apiKey }: OpenAiProviderOptions,
  model: string,
  texts: readonly string[],
  { encoding }: EmbedOptions,
  signal?: AbortSignal,
): Promise<Embeddings> {
  const { client } = observedClient(baseUrl, apiKey, signal);
  const body = await client.post("/embeddings", {
    body: { model, input: texts, encoding_format: encoding },
    ...(signal === undefined ? {} : { signal }),
  }).catch((error: unknown) => {
    throw ourError(error, baseUrl, signal);
  });
  const { data } = demandShape(wire.Embeddings, body, "/v1/embeddings");
  const ordered = data.toSorted((a, b) => (a.index ?? 0) - (b.index ?? 0));
  return {
    vectors: ordered.map(({ embedding }) =>
      typeof embedding === "string" ? unpackFloats(embedding) : embedding
    ),
  };
}

/** Base64 of little-endian 32-bit floats. */
function unpackFloats(base64: string): number[] {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(i * 4, true));
}
