import { type Clock, OwllmError } from "../../core/mod.ts";
import { demandShape } from "../http.ts";
import { chunkOf, completionBody, timingsOf } from "../openai_compatible/convert.ts";
import { Completion, type LlamaTimings } from "../openai_compatible/wire.ts";
import type { ChatChunk, ChatRequest, ModelProvider, StreamEnd } from "../provider.ts";
import { joinChunks } from "../stream_join.ts";
import { createEngine, type Engine } from "./engine.ts";
import { plainMessages, readForced, toolMode } from "./tools.ts";

/** What {@linkcode createEmbeddedProvider} needs. */
export interface EmbeddedProviderOptions {
  /** Absolute path of the weights. */
  readonly ggufPath: string;
  /** How the model is called in answers and listings. */
  readonly modelName: string;
  readonly contextTokens: number;
  readonly threads: number;
  readonly clock: Clock;
}

/** Tokens of an answer when nobody says how many. */
const DEFAULT_MAX_TOKENS = 512;

const WIRE = { status: 200, contentType: "application/json" } as const;

/** The built-in engine: llama.cpp as WASM in a worker that may read two files and nothing else. */
export function createEmbeddedProvider(options: EmbeddedProviderOptions): ModelProvider {
  const { ggufPath, modelName, contextTokens, threads, clock } = options;
  const setup = { ggufPath, contextTokens, threads };
  const engine = createEngine(setup);
  const stream = (request: ChatRequest, signal?: AbortSignal) =>
    streamChat(engine, modelName, request, clock, signal);
  return {
    kind: "builtin",
    baseUrl: "",
    listModels: async () => [{ name: modelName, sizeBytes: (await Deno.stat(ggufPath)).size }],
    async describe(model, signal) {
      if (model !== modelName) return undefined;
      const { metadata, contextTrained } = await engine.facts(signal);
      return {
        name: modelName,
        capabilities: ["completion", "tools"],
        template: metadata["tokenizer.chat_template"],
        contextTrained,
        contextConfigured: contextTokens,
        family: metadata["general.architecture"],
      };
    },
    async loaded(_model, signal) {
      if (!engine.isLoaded) return undefined;
      const facts = await engine.facts(signal);
      const { size } = await Deno.stat(ggufPath);
      return { contextTokens: facts.contextTokens, sizeBytes: size, gpuBytes: 0, slots: 1 };
    },
    async chat(request, signal) {
      const chunks = stream(request, signal);
      let next = await chunks.next();
      while (!next.done) next = await chunks.next();
      const { response } = next.value;
      return { ...response, timings: { ...response.timings, firstTokenMs: undefined } };
    },
    stream,
    embed: () =>
      Promise.reject(
        new OwllmError({
          code: "model",
          message: "The built-in engine makes no embeddings",
          recoverySuggestion: "ollama pull all-minilm",
        }),
      ),
    unload: () => Promise.resolve(engine.close()),
    close: () => Promise.resolve(engine.close()),
  };
}

/** The body for the engine: its own server's `/v1`, tools as a schema. */
function bodyOf(request: ChatRequest): { body: Record<string, unknown>; forced: boolean } {
  const tools = toolMode(request);
  const schema = tools === undefined ? request.schema : { name: "answer", schema: tools.schema };
  const plain: ChatRequest = {
    ...request,
    messages: plainMessages(tools?.messages ?? request.messages),
    tools: undefined,
    toolChoice: undefined,
    think: undefined,
    schema,
    maxTokens: request.maxTokens ?? DEFAULT_MAX_TOKENS,
  };
  const { model: _, ...body } = completionBody(plain);
  return {
    body: { ...body, cache_prompt: true, stream_options: { include_usage: true } },
    forced: tools !== undefined,
  };
}

async function* streamChat(
  engine: Engine,
  model: string,
  request: ChatRequest,
  clock: Clock,
  signal?: AbortSignal,
): AsyncGenerator<ChatChunk, StreamEnd, undefined> {
  const start = clock.monotonic();
  const wasLoaded = engine.isLoaded;
  const { body, forced } = bodyOf(request);
  const chunks: ChatChunk[] = [];
  let timings: LlamaTimings | undefined;
  for await (const piece of engine.complete(body, request.contextTokens, signal)) {
    const completion = demandShape(Completion, piece, "A chunk of the built-in engine");
    timings = completion.timings ?? timings;
    const chunk = chunkOf(completion, clock.monotonic() - start);
    chunks.push(chunk);
    if (!forced) yield chunk;
  }
  const final = forced ? callChunks(chunks) : chunks;
  if (forced) yield* final;
  const own = timingsOf(timings === undefined ? {} : { timings });
  return {
    response: joinChunks(final, { ...WIRE, model }, clock.monotonic() - start, {
      ...own,
      loadMs: wasLoaded ? 0 : engine.loadMs,
    }),
    chunks: final,
    terminated: true,
    invalidUtf8: false,
  };
}

/** The forced JSON as what it means: a call, or words. */
function callChunks(chunks: readonly ChatChunk[]): ChatChunk[] {
  const answer = readForced(chunks.map(({ content }) => content ?? "").join(""));
  const [first] = chunks;
  const atMs = first?.atMs ?? 0;
  const said: ChatChunk = answer.type === "words"
    ? { atMs, role: "assistant", content: answer.text }
    : {
      atMs,
      role: "assistant",
      content: "",
      toolCallDeltas: [{
        index: 0,
        id: "call_0",
        name: answer.name,
        arguments: answer.arguments,
        argumentsForm: "string",
      }],
    };
  const ends = chunks.filter(({ finishReason, usage }) => finishReason ?? usage).map((chunk) => ({
    ...chunk,
    ...(answer.type === "call" && chunk.finishReason !== undefined
      ? { finishReason: "tool_calls" as const }
      : {}),
  }));
  return [said, ...ends];
}
