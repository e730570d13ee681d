import { type Clock, OwllmError } from "../../core/mod.ts";
import {
  demandShape,
  errorMessageIn,
  getJson,
  parseJson,
  postJson,
  readBody,
  send,
  serverError,
} from "../http.ts";
import { readLines } from "../line_stream.ts";
import type {
  ChatChunk,
  ChatRequest,
  ChatResponse,
  LoadedModel,
  ModelDescription,
  ModelProvider,
  StreamEnd,
  WireFacts,
} from "../provider.ts";
import { joinChunks } from "../stream_join.ts";
import { chatBody, chunkOf, timingsOf } from "./convert.ts";
import { ChatLine, Embed, Processes, type RunningModel, Show, Tags } from "./wire.ts";

const UNLOAD_TIMEOUT_MS = 10_000;
const UNLOAD_POLL_MS = 50;

/** Ollama by its native API. */
export function createOllamaProvider(baseUrl: string, clock: Clock): ModelProvider {
  const url = (path: string) => `${baseUrl}${path}`;
  return {
    kind: "ollama",
    baseUrl,
    async listModels(signal) {
      const { models } = demandShape(Tags, await getJson(url("/api/tags"), signal), "/api/tags");
      return models.map((model) => ({
        name: model.name,
        sizeBytes: model.size,
        parameterSize: model.details?.parameter_size,
        quantization: model.details?.quantization_level,
        family: model.details?.family,
      }));
    },
    describe: (model, signal) => describe(url("/api/show"), model, signal),
    loaded: (model, signal) => loaded(baseUrl, model, signal),
    chat: (request, signal) => chat(url("/api/chat"), request, clock, signal),
    stream: (request, signal) => stream(url("/api/chat"), request, clock, signal),
    async embed(model, texts, _options, signal) {
      const target = url("/api/embed");
      const response = await postJson(target, { model, input: texts }, signal);
      const body = parseJson(await readBody(response, target, signal), response, target);
      return { vectors: demandShape(Embed, body, "/api/embed").embeddings };
    },
    async unload(model, signal) {
      const target = url("/api/generate");
      await readBody(await postJson(target, { model, keep_alive: 0 }, signal), target, signal);
      await untilGone(() => loaded(baseUrl, model, signal), clock, signal);
    },
    close: () => Promise.resolve(),
  };
}

async function describe(
  url: string,
  model: string,
  signal?: AbortSignal,
): Promise<ModelDescription | undefined> {
  const body = JSON.stringify({ model });
  const response = await send({ method: "POST", url, body, signal });
  const text = await readBody(response, url, signal);
  if (response.status === 404) return undefined;
  if (!response.ok) throw serverError(response, url, text);
  const show = demandShape(Show, parseJson(text, response, url), "/api/show");
  const trained = Object.entries(show.model_info ?? {})
    .find(([key]) => key.endsWith(".context_length"))?.[1];
  const configured = /^num_ctx\s+(\d+)/m.exec(show.parameters ?? "")?.[1];
  return {
    name: model,
    capabilities: show.capabilities,
    template: show.template,
    contextTrained: typeof trained === "number" ? trained : undefined,
    contextConfigured: configured === undefined ? undefined : Number(configured),
    quantization: show.details?.quantization_level,
    parameterSize: show.details?.parameter_size,
    family: show.details?.family,
    modelfile: show.modelfile,
  };
}

async function loaded(
  baseUrl: string,
  model: string,
  signal?: AbortSignal,
): Promise<LoadedModel | undefined> {
  const { models } = demandShape(
    Processes,
    await getJson(`${baseUrl}/api/ps`, signal),
    "/api/ps",
  );
  const running = models ?? [];
  const named = running.find(({ name }) => name === model || name === `${model}:latest`);
  const found = named ?? await otherNameOf(baseUrl, model, running, signal);
  if (found === undefined) return undefined;
  return {
    contextTokens: found.context_length,
    sizeBytes: found.size,
    gpuBytes: found.size_vram,
    expiresAt: found.expires_at === undefined ? undefined : new Date(found.expires_at),
  };
}

/**
 * Two names with the same weights share one place in memory, and Ollama lists it under the name
 * that came first, even when that one was deleted since (seen with 0.17.4).
 */
async function otherNameOf(
  baseUrl: string,
  model: string,
  running: readonly RunningModel[],
  signal?: AbortSignal,
): Promise<RunningModel | undefined> {
  if (running.length === 0) return undefined;
  const own = await describe(`${baseUrl}/api/show`, model, signal);
  if (own === undefined) return undefined;
  for (const one of running) {
    const other = await describe(`${baseUrl}/api/show`, one.name, signal);
    const same = other === undefined
      ? one.details?.family === own.family &&
        one.details?.parameter_size === own.parameterSize &&
        one.details?.quantization_level === own.quantization
      : weightsOf(other) !== undefined && weightsOf(other) === weightsOf(own);
    if (same) return one;
  }
  return undefined;
}

/** The blob of the weights, as the Modelfile names it. */
function weightsOf({ modelfile }: ModelDescription): string | undefined {
  return /^FROM .*?(sha256[-:][0-9a-f]{64})\s*$/m.exec(modelfile ?? "")?.[1];
}

/** Ollama answers an unload before the memory is free; a cold load measured then would be warm. */
async function untilGone(
  look: () => Promise<LoadedModel | undefined>,
  clock: Clock,
  signal?: AbortSignal,
): Promise<void> {
  const end = clock.monotonic() + UNLOAD_TIMEOUT_MS;
  while (await look() !== undefined) {
    if (clock.monotonic() > end) {
      throw new OwllmError({
        code: "model",
        message: `Ollama did not unload the model within ${UNLOAD_TIMEOUT_MS / 1000} s`,
      });
    }
    await clock.sleep(UNLOAD_POLL_MS, signal);
  }
}

async function chat(
  url: string,
  request: ChatRequest,
  clock: Clock,
  signal?: AbortSignal,
): Promise<ChatResponse> {
  const start = clock.monotonic();
  const response = await postJson(url, chatBody(request, false), signal);
  const text = await readBody(response, url, signal);
  const line = lineOf(parseJson(text, response, url), response, url);
  const totalMs = clock.monotonic() - start;
  const answer = joinChunks([chunkOf(line, totalMs)], wireOf(response, line), totalMs);
  return { ...answer, timings: { totalMs, ...timingsOf(line) } };
}

async function* stream(
  url: string,
  request: ChatRequest,
  clock: Clock,
  signal?: AbortSignal,
): AsyncGenerator<ChatChunk, StreamEnd, undefined> {
  const start = clock.monotonic();
  const response = await postJson(url, chatBody(request, true), signal);
  const lines = readLines(response, url, signal);
  const chunks: ChatChunk[] = [];
  let last: ChatLine | undefined;
  for await (const text of lines) {
    if (text.trim() === "") continue;
    last = lineOf(parseJson(text, response, url), response, url);
    const chunk = chunkOf(last, clock.monotonic() - start);
    chunks.push(chunk);
    yield chunk;
    if (last.done === true) break;
  }
  const totalMs = clock.monotonic() - start;
  const wire = wireOf(response, last);
  return {
    response: joinChunks(chunks, wire, totalMs, timingsOf(last)),
    chunks,
    terminated: last?.done === true,
    invalidUtf8: lines.invalidUtf8,
  };
}

/** A line, or the error that the server put inside a 200. */
function lineOf(value: unknown, response: Response, url: string): ChatLine {
  const said = errorMessageIn(JSON.stringify(value));
  if (said !== undefined) {
    throw new OwllmError({
      code: "model",
      message: `${new URL(url).host} sent an error inside a ${response.status} answer: ${said}`,
      context: { status: response.status, body: said, url },
    });
  }
  return demandShape(ChatLine, value, "/api/chat");
}

function wireOf(response: Response, line: ChatLine | undefined): WireFacts {
  return {
    status: response.status,
    contentType: response.headers.get("content-type") ?? "",
    model: line?.model ?? "",
  };
}
