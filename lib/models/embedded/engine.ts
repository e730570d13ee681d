import { OwllmError } from "../../core/mod.ts";
import { embeddedAssets } from "./assets.ts";
import type { EngineFacts, EngineOptions, EngineReply, EngineRequest } from "./messages.ts";

/** How long a cancelled request may take to end before the worker is replaced, in ms. */
const CANCEL_GRACE_MS = 400;

/** The engine in its worker. It loads with the first request and again after a crash. */
export interface Engine {
  /** What the weights say; loads them. */
  facts(signal?: AbortSignal): Promise<EngineFacts>;
  /** True when the weights are in memory. */
  readonly isLoaded: boolean;
  /** Milliseconds that the last load took. */
  readonly loadMs: number;
  /** Runs one `/v1` chat body after those before it; yields its chunks. */
  complete(
    body: Record<string, unknown>,
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
  const ready = async (signal?: AbortSignal): Promise<LiveWorker> => {
    if (live?.dead !== false) live = startWorker(setup);
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
    async *complete(body, signal) {
      const before = turn;
      const mine = Promise.withResolvers<void>();
      turn = mine.promise;
      try {
        await abortable(before, signal);
        yield* runOn(await ready(signal), nextId++, body, signal);
      } finally {
        // Whoever comes next waits for the one before us too, if we left early.
        before.then(mine.resolve);
      }
    },
    close: () => live?.end("The engine was closed"),
  };
}

/** A worker and what it has said. */
interface LiveWorker {
  readonly loaded: Promise<EngineFacts>;
  readonly facts: EngineFacts | undefined;
  readonly loadMs: number;
  readonly dead: boolean;
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
    deno: {
      permissions: {
        read: [wasmPath, setup.ggufPath],
        net: false,
        env: false,
        run: false,
        ffi: false,
        write: false,
        sys: false,
        import: false,
      },
    },
  });
  const started = performance.now();
  const loading = Promise.withResolvers<EngineFacts>();
  loading.promise.catch(() => undefined); // Whoever asked first sees it; nobody may ask at all.
  const listeners = new Map<number, ReadableStreamDefaultController<EngineReply>>();
  const state = { dead: false, facts: undefined as EngineFacts | undefined, loadMs: 0 };
  const end = (reason: string) => {
    if (state.dead) return;
    state.dead = true;
    worker.terminate();
    loading.reject(engineError(reason));
    for (const [id, controller] of listeners) {
      controller.enqueue({ type: "failed", id, message: reason });
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
        throw engineError(value.message);
      }
      if (value.type === "chunk") yield value.chunk;
    }
  } finally {
    if (!finished) await cancel(worker, id, reader);
    await reader.cancel();
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
    if (next === "late") {
      worker.end("The request was cancelled");
      return;
    }
    if (next.done || next.value.type === "end" || next.value.type === "failed") break;
  }
  clearTimeout(timer);
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

function engineError(message: string): OwllmError {
  return new OwllmError({
    code: "model",
    message: `The built-in engine failed: ${message}`,
    context: { engine: "wllama" },
  });
}
