/**
 * The worker in which the engine lives. It may read two files, the WASM and the weights, and
 * nothing else: no network, no other file, no environment, no process.
 */
/// <reference lib="deno.worker" />
import { Wllama, WllamaError } from "@wllama/wllama/esm/index.js";
import { FileBlob } from "./file_blob.ts";
import type { EngineOptions, EngineReply, EngineRequest } from "./messages.ts";

/** Weights that never leave the disk as a whole; wllama only slices and reads. */
type EngineBlob = Parameters<Wllama["loadModel"]>[0] extends (infer B)[] | infer _ ? B : never;

/**
 * Tokens of a prompt between two looks at whether the request was cancelled. At 80 ms a token a
 * larger batch would not stop within a second; 8 instead of 512 cost 5 % of CPU time.
 */
const BATCH_TOKENS = 8;

const running = new Map<number, AbortController>();
let engine: Wllama | undefined;

const reply = (message: EngineReply) => self.postMessage(message);

self.onmessage = ({ data }: MessageEvent<EngineRequest>) => {
  switch (data.type) {
    case "load":
      load(data.options).catch((error) => fail(undefined, error));
      break;
    case "complete":
      run(data.id, (loaded, signal) => complete(loaded, data.id, data.body, signal));
      break;
    case "cancel":
      running.get(data.id)?.abort();
      break;
    case "quit":
      void quit();
      break;
  }
};

/** Only what llama.cpp says of a request (`inference_error`) leaves the engine in order. */
function fail(id: number | undefined, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  const fatal = !(error instanceof WllamaError && error.type === "inference_error");
  reply({ type: "failed", id, message, fatal });
}

/** Ends the engine's own worker, in the middle of whatever it does, and then this one. */
async function quit(): Promise<void> {
  try {
    await engine?.exit();
  } finally {
    self.close();
  }
}

async function load(options: EngineOptions): Promise<void> {
  hideNode();
  const wasm = new Blob([await Deno.readFile(options.wasmPath)], { type: "application/wasm" });
  const unused = {} as never; // Cache and model manager of the browser: nothing is downloaded here.
  const silent = { debug() {}, log() {}, warn() {}, error() {} };
  engine = new Wllama({ default: URL.createObjectURL(wasm) }, {
    cacheManager: unused,
    modelManager: unused,
    suppressNativeLog: true,
    logger: silent,
  });
  engine.setCompat(null);
  await engine.loadModel([FileBlob.open(options.ggufPath) as unknown as EngineBlob], {
    n_ctx: options.contextTokens,
    n_threads: options.threads,
    n_gpu_layers: 0,
    n_parallel: 1,
    n_batch: BATCH_TOKENS,
    n_ubatch: BATCH_TOKENS,
    jinja: true,
    warmup: false,
  });
  const info = engine.getLoadedContextInfo();
  reply({
    type: "ready",
    facts: {
      contextTokens: info.n_ctx,
      contextTrained: info.n_ctx_train,
      threads: engine.getNumThreads(),
      metadata: info.metadata,
    },
  });
}

/**
 * Goes before the code of the engine's own workers. Emscripten takes Deno for Node by `process` and
 * asks for files it may not read; its threads start workers of the classic kind, which Deno lacks.
 */
const PRELUDE = `delete globalThis.process;
const Classic = globalThis.Worker;
globalThis.Worker = class extends Classic {
  constructor(url, options) {
    const code = "delete globalThis.process; await import(" + JSON.stringify(String(url)) + ");";
    const blob = new Blob([code], { type: "text/javascript" });
    super(URL.createObjectURL(blob), { type: "module", name: options?.name });
  }
};
`;

/** The engine starts its workers from blobs; each blob of code gets the prelude. */
function hideNode(): void {
  const create = URL.createObjectURL.bind(URL);
  URL.createObjectURL = (blob: Blob) =>
    create(
      blob.type === "text/javascript" ? new Blob([PRELUDE, blob], { type: blob.type }) : blob,
    );
}

/** Runs one request; ends it with `end` or `failed`. */
async function run(
  id: number,
  work: (engine: Wllama, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const stop = new AbortController();
  running.set(id, stop);
  try {
    if (engine === undefined) throw new Error("The engine is not loaded");
    await work(engine, stop.signal);
    reply({ type: "end", id });
  } catch (error) {
    if (stop.signal.aborted) reply({ type: "end", id });
    else fail(id, error);
  } finally {
    running.delete(id);
  }
}

async function complete(
  loaded: Wllama,
  id: number,
  body: Record<string, unknown>,
  abortSignal: AbortSignal,
): Promise<void> {
  const chunks = await loaded.createChatCompletion({
    ...body,
    messages: body["messages"] as never,
    stream: true,
    abortSignal,
  });
  for await (const chunk of chunks) reply({ type: "chunk", id, chunk });
}
