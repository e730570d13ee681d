import { OwllmError } from "../../core/mod.ts";
import { embeddedAssets } from "./assets.ts";
import type { EngineFacts, EngineOptions, EngineReply, EngineRequest } from "./messages.ts";

/**
 * How long a cancelled request may take to end before the worker is replaced, in ms. Only the next
 * request waits for it; a new worker would cost a load and the KV cache.
 */
const CANCEL_GRACE_MS = 3000;

/** How long a worker may take to end the engine in it before it is terminated, in ms. */
const QUIT_GRACE_MS = 500;

/** The engine in its worker. It loads with the first request and again after a crash. */
export interface Engine {
  /** What the weights say; loads them. */
  facts(signal?: AbortSignal): Promise<EngineFacts>;
  /** True when the weights are in memory. */
  readonly isLoaded: boolean;
  /** Milliseconds that the last load took. */
  readonly loadMs: number;
  /**
   * Runs one `/v1` chat body after those before it; yields its chunks. A context other than the
   * loaded one costs a load.
   */
  complete(
    body: Record<string, unknown>,
    contextTokens: number | undefined,
    signal?: AbortSignal,
  ): AsyncGenerator<unknown, void, undefined>;
  close(): void;
}

/** Options of {@linkcode createEngine}: the worker's file paths are found by themselves. */
export type EngineSetup = Omit<EngineOptions, "wasmPath">;

/** An engine for one GGUF. */
export function createEngine(setup: EngineSetup): Engine {
  let live: LiveWorker | undefined;
  let turn: Promise<void> = Promise.resolve();
  let nextId = 1;
  let current = setup;
  const ready = async (signal?: AbortSignal, contextTokens?: number): Promise<LiveWorker> => {
    if (live !== undefined) await abortable(live.idle, signal);
    if (contextTokens !== undefined && contextTokens !== current.contextTokens) {
      live?.end("The weights are loaded again with another context");
      current = { ...setup, contextTokens };
    }
    if (live?.dead !== false) live = startWorker(current);
    await abortable(live.loaded, signal);
    return live;
  };
  return {
    get isLoaded() {
      return live?.dead === false && live.facts !== undefined;
    },
    get loadMs() {
      return live?.loadMs ?? 0;
    },
    facts: async (signal) => await (await ready(signal)).loaded,
    async *complete(body, contextTokens, signal) {
      const before = turn;
      const mine = Promise.withResolvers<void>();
      turn = mine.promise;
      try {
        await abortable(before, signal);
        yield* runOn(await ready(signal, contextTokens), nextId++, body, signal);
      } finally {
        // Whoever comes next waits for the one before us too, if we left early.
        before.then(mine.resolve);
      }
    },
    close: () => live?.end("The engine was closed"),
  };
}

/** What the engine's worker may do: read these two files, and nothing else. */
export function enginePermissions(wasmPath: string, ggufPath: string): Deno.PermissionOptions {
  return {
    read: [wasmPath, ggufPath],
    net: false,
    env: false,
    run: false,
    ffi: false,
    write: false,
    sys: false,
    import: false,
  };
}

/** A worker and what it has said. */
interface LiveWorker {
  readonly loaded: Promise<EngineFacts>;
  readonly facts: EngineFacts | undefined;
  readonly loadMs: number;
  readonly dead: boolean;
  /** Resolves when the request that was cancelled last has ended. */
  idle: Promise<void>;
  send(request: EngineRequest): void;
  /** Replies to one request; the last is `end` or `failed`. */
  replies(id: number): ReadableStreamDefaultReader<EngineReply>;
  /** Ends the worker; requests under way fail with the reason. */
  end(reason: string): void;
}

function startWorker(setup: EngineSetup): LiveWorker {
  const { worker: url, wasmPath } = embeddedAssets();
  const worker = new Worker(url, {
    type: "module",
    name: "owllm engine",
    deno: { permissions: enginePermissions(wasmPath, setup.ggufPath) },
  });
  const started = performance.now();
  const loading = Promise.withResolvers<EngineFacts>();
  loading.promise.catch(() => undefined); // Whoever asked first sees it; nobody may ask at all.
  const listeners = new Map<number, ReadableStreamDefaultController<EngineReply>>();
  const state = { dead: false, facts: undefined as EngineFacts | undefined, loadMs: 0 };
  const end = (reason: string) => {
    if (state.dead) return;
    state.dead = true;
    quit(worker);
    loading.reject(engineError(reason));
    for (const [id, controller] of listeners) {
      controller.enqueue({ type: "failed", id, message: reason, fatal: true });
    }
  };
  worker.onmessage = ({ data }: MessageEvent<EngineReply>) => {
    if (data.type === "ready") {
      Object.assign(state, { facts: data.facts, loadMs: performance.now() - started });
      loading.resolve(data.facts);
    } else if (data.type === "failed" && data.id === undefined) end(data.message);
    else if (data.id !== undefined) listeners.get(data.id)?.enqueue(data);
  };
  worker.onerror = (event) => {
    event.preventDefault();
    end(`The engine crashed: ${event.message}`);
  };
  const options = { ...setup, wasmPath };
  worker.postMessage({ type: "load", options } satisfies EngineRequest);
  return {
    loaded: loading.promise,
    get facts() {
      return state.facts;
    },
    get loadMs() {
      return state.loadMs;
    },
    get dead() {
      return state.dead;
    },
    idle: Promise.resolve(),
    send: (request) => worker.postMessage(request),
    replies: (id) =>
      new ReadableStream<EngineReply>({
        start: (controller) => {
          listeners.set(id, controller);
        },
        cancel: () => {
          listeners.delete(id);
        },
      }).getReader(),
    end,
  };
}

async function* runOn(
  worker: LiveWorker,
  id: number,
  body: Record<string, unknown>,
  signal: AbortSignal | undefined,
): AsyncGenerator<unknown, void, undefined> {
  const reader = worker.replies(id);
  worker.send({ type: "complete", id, body });
  let finished = false;
  try {
    while (true) {
      const { value } = await abortable(reader.read(), signal);
      if (value === undefined || value.type === "end") {
        finished = true;
        return;
      }
      if (value.type === "failed") {
        finished = true;
        if (value.fatal) worker.end(value.message);
        throw engineError(value.message);
      }
      if (value.type === "chunk") yield value.chunk;
    }
  } finally {
    if (finished) await reader.cancel();
    else worker.idle = cancel(worker, id, reader);
  }
}

/** Stops a request; a prefill that cannot be stopped in time costs the worker. */
async function cancel(
  worker: LiveWorker,
  id: number,
  reader: ReadableStreamDefaultReader<EngineReply>,
): Promise<void> {
  worker.send({ type: "cancel", id });
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<"late">((resolve) => {
    timer = setTimeout(() => resolve("late"), CANCEL_GRACE_MS);
  });
  while (true) {
    const next = await Promise.race([reader.read(), late]);
    if (next === "late") worker.end("The request before this one could not be stopped");
    if (next === "late" || next.done || ENDS.includes(next.value.type)) break;
  }
  clearTimeout(timer);
  await reader.cancel();
}

const ENDS: readonly EngineReply["type"][] = ["end", "failed"];

/**
 * Ends a worker. Terminating it from outside would leave the engine's own worker inside computing,
 * with its memory; so it is asked first.
 */
function quit(worker: Worker): void {
  worker.postMessage({ type: "quit" } satisfies EngineRequest);
  Deno.unrefTimer(setTimeout(() => worker.terminate(), QUIT_GRACE_MS));
}

/** The promise, or the signal's reason as soon as it aborts. */
async function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await promise;
  signal.throwIfAborted();
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    if (stop !== undefined) signal.removeEventListener("abort", stop);
  }
}

/** llama.cpp's word for a prompt that is too long. */
const OVERFLOW = /request \((\d+) tokens\) exceeds the available context size \((\d+) tokens\)/;

/** What the engine said, in words that help. */
function engineError(message: string): OwllmError {
  const [, prompt, context] = OVERFLOW.exec(message) ?? [];
  if (prompt !== undefined && context !== undefined) {
    return new OwllmError({
      code: "model",
      message: `The prompt has ${prompt} tokens, more than the context of ${context}`,
      context: {
        engine: "wllama",
        prompt_tokens: Number(prompt),
        context_tokens: Number(context),
      },
      recoverySuggestion: `Ask for more context: OWLLM_BUILTIN_CONTEXT_TOKENS=${
        2 ** Math.ceil(Math.log2(Number(prompt) + 1))
      }`,
    });
  }
  return new OwllmError({
    code: "model",
    message: `The built-in engine failed: ${message}`,
    context: { engine: "wllama" },
  });
}
