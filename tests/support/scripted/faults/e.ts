import { pause } from "../pause.ts";
import { json } from "../dialects/errors.ts";
import { countTokens } from "../tokens.ts";
import type { Fault } from "../types.ts";
import { edited, everyBody } from "./edit.ts";

type Json = Record<string, unknown>;

const isChat = (path: string) => path === "/api/chat" || path === "/v1/chat/completions";
const isEmbedding = (path: string) => path === "/api/embed" || path === "/v1/embeddings";

/**
 * Prompts are read one after the other at a real speed. `goesOn`: also when their client has left,
 * as Ollama 0.17 does, and llama.cpp within a batch.
 */
export function prefillsAt(tokensPerSecond: number, { goesOn = false } = {}): Fault {
  let turn: Promise<void> = Promise.resolve();
  return {
    name: goesOn ? "prefill_goes_on" : "slow_prefill",
    response(response, request, server) {
      const left = new AbortController();
      const end = goesOn ? server.signal : AbortSignal.any([server.signal, left.signal]);
      const ms = (countTokens(request.prompt) / tokensPerSecond) * 1000;
      turn = turn.then(() => pause(ms, end));
      return new Response(after(turn, response.body, left), response);
    },
  };
}

/** A body that begins when its turn has come; leaving it is told. */
function after(
  turn: Promise<void>,
  body: ReadableStream<Uint8Array> | null,
  left: AbortController,
): ReadableStream<Uint8Array> {
  const reader = (body ?? new ReadableStream()).getReader();
  return new ReadableStream({
    async pull(controller) {
      await turn;
      if (left.signal.aborted) return;
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel(reason) {
      left.abort();
      await reader.cancel(reason);
    },
  });
}

/** An answer to a request after `keep_alive: 0` took 45 s to load, every other one nothing. */
export function loadsSlowly(): Fault {
  let cold = false;
  return {
    name: "loads_slowly",
    http(_request, path, server) {
      if (isChat(path)) cold = server.loaded === undefined;
      return undefined;
    },
    body: (body, path) =>
      isChat(path) ? edited(body, (copy) => copy["load_duration"] = cold ? 45e9 : 1e6) : body,
  };
}

/** A fault that changes the vectors of `/v1/embeddings` by how they were asked for. */
function vectors(
  name: string,
  change: (vector: number[], at: { readonly index: number; readonly count: number }) => number[],
): Fault {
  return {
    name,
    body(body, path) {
      if (!isEmbedding(path) || !Array.isArray(body["data"])) return body;
      return edited(body, (copy) => {
        const data = copy["data"] as Json[];
        for (const [index, one] of data.entries()) {
          const given = one["embedding"];
          const at = { index, count: data.length };
          one["embedding"] = typeof given === "string"
            ? packed(new Float32Array(change([...unpacked(given)], at)))
            : change(given as number[], at);
        }
      });
    },
  };
}

function unpacked(base64: string): Float32Array {
  return new Float32Array(
    Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)).buffer,
  );
}

function packed(vector: Float32Array | Float64Array): string {
  return btoa(String.fromCharCode(...new Uint8Array(vector.buffer)));
}

/** Refuses a request that comes right after another one. */
function refusesTheSecond(): Fault {
  let last = Number.NEGATIVE_INFINITY;
  return {
    name: "refuses_a_second_request",
    http(_request, path) {
      if (!isChat(path)) return undefined;
      const sinceMs = performance.now() - last;
      last = performance.now();
      return sinceMs < 50
        ? json({ error: { message: "server busy, please try again" } }, 503)
        : undefined;
    },
  };
}

/** Ways in which a server is slow, holds on to what was cancelled, or embeds wrongly. */
export const E_FAULTS: readonly Fault[] = [
  everyBody("slow_decode", (copy) => {
    if (typeof copy["eval_duration"] === "number") copy["eval_duration"] *= 10;
    const timings = copy["timings"] as Json | undefined;
    if (typeof timings?.["predicted_ms"] === "number") timings["predicted_ms"] *= 10;
  }),
  {
    name: "unloads_at_once",
    http(_request, path, server) {
      if (path === "/api/ps") server.loaded = undefined;
      return undefined;
    },
  },
  {
    name: "cannot_unload",
    http: (_request, path) =>
      path === "/api/generate" ? json({ error: "the model is in use" }, 500) : undefined,
  },
  refusesTheSecond(),
  {
    name: "no_embeddings",
    http: (_request, path) =>
      isEmbedding(path)
        ? json({ error: { message: "This server does not support embeddings" } }, 501)
        : undefined,
  },
  vectors(
    "single_differs_from_batch",
    (vector, { count }) => count === 1 ? vector.toReversed() : vector,
  ),
  vectors("same_vector_for_all", (vector) => vector.map(() => 0.125)),
  vectors("dimensions_vary", (vector, { index }) => index === 1 ? vector.slice(1) : vector),
  {
    name: "base64_of_doubles",
    body: (body, path) =>
      isEmbedding(path) && Array.isArray(body["data"])
        ? edited(body, (copy) => {
          for (const one of copy["data"] as Json[]) {
            if (typeof one["embedding"] === "string") {
              one["embedding"] = packed(new Float64Array(unpacked(one["embedding"])));
            }
          }
        })
        : body,
  },
];
