import type { FixTable, FixTarget } from "../fixes.ts";
import {
  curlJson,
  llamaServer,
  lmsLoad,
  ollama,
  ollamaDerive,
  ollamaServe,
  quote,
  vllmServe,
} from "./commands.ts";

/** A model of the same family that generates several times as fast. */
const SMALL = "qwen2.5-coder:1.5b";
const SMALL_HF = "Qwen/Qwen2.5-Coder-1.5B-Instruct";

const allThreads = ({ model }: FixTarget) =>
  `OWLLM_BUILTIN_THREADS=${navigator.hardwareConcurrency} owllm smoke model ${quote(model)}`;

/** A new prompt takes too long. */
export const FASTER_PREFILL: FixTable = {
  ollama: (target) => ollamaServe(target, "OLLAMA_FLASH_ATTENTION=1 OLLAMA_NUM_PARALLEL=1"),
  llama_cpp: (target) => llamaServer(target, "-ngl 99 -fa on -b 2048 -ub 1024 --jinja"),
  vllm: (target) => vllmServe(target, "--enable-prefix-caching --max-num-batched-tokens 8192"),
  lm_studio: (target) => lmsLoad(target, "--gpu max"),
  openai_compatible: "Start the server with the whole model on the GPU and prefix caching",
  builtin: allThreads,
};

/** Tokens come too slowly: a property of machine and model. */
export const FASTER_DECODE: FixTable = {
  ollama: (target) => `${ollama(target, `pull ${SMALL}`)} && owllm smoke model ${SMALL}`,
  llama_cpp: (target) => llamaServer(target, "-ngl 99 -fa on --jinja"),
  vllm: (target) => vllmServe({ ...target, model: SMALL_HF }, ""),
  lm_studio: (target) => lmsLoad(target, "--gpu max"),
  openai_compatible: "Load a smaller model, or the same one with 4 bits, then: owllm smoke model",
  builtin: allThreads,
};

/** What is known of a model that does not fit the graphics card, in tokens of context. */
interface Fit {
  /** Context with which it would fit; 0 when the weights alone do not. */
  readonly fits: number;
  /** Context that the agent needs. */
  readonly wanted: number;
}

/** A part of the model runs on the CPU. */
export const FIT_GPU: FixTable<Fit> = {
  ollama: fitOllama,
  llama_cpp: (target, fit) =>
    llamaServer(target, `-ngl 99 -fa on -ctk q8_0 -ctv q8_0 -c ${contextOf(fit)} --jinja`),
  vllm: (target, fit) =>
    vllmServe(target, `--kv-cache-dtype fp8 --max-model-len ${contextOf(fit)}`),
  lm_studio: (target, fit) => lmsLoad(target, `--gpu max --context-length ${contextOf(fit)}`),
  openai_compatible: (_, fit) =>
    `Start the server with a context of ${contextOf(fit)} tokens and its KV cache in 8 bits`,
  builtin: allThreads,
};

/** As much context as fits, where that is enough; with a KV cache of half the size it is twice that. */
function fitOllama(target: FixTarget, { fits, wanted }: Fit): string {
  if (fits === 0) return `${ollama(target, `pull ${SMALL}`)} && owllm smoke model ${SMALL}`;
  if (fits >= wanted) {
    return ollamaDerive(target, `${Math.round(fits / 1024)}k`, [`PARAMETER num_ctx ${fits}`]);
  }
  return ollamaServe(
    target,
    `OLLAMA_FLASH_ATTENTION=1 OLLAMA_KV_CACHE_TYPE=q8_0 OLLAMA_CONTEXT_LENGTH=${
      Math.min(2 * fits, wanted)
    }`,
  );
}

function contextOf({ fits, wanted }: Fit): number {
  return fits === 0 ? wanted : Math.min(fits, wanted);
}

/** The model is unloaded during pauses. */
export const KEEP_LOADED: FixTable<{ readonly seconds: number }> = {
  ollama: (target, { seconds }) =>
    ollamaServe(target, `OLLAMA_KEEP_ALIVE=${Math.max(30, Math.ceil(seconds / 60))}m`),
  llama_cpp: (target) => llamaServer(target, "--sleep-idle-seconds -1 --jinja"),
  vllm: (target) => vllmServe(target, ""),
  lm_studio: (target) => `lms load ${quote(target.model)} --ttl 86400`,
  openai_compatible: "Start the server so that it never unloads the model",
  builtin: allThreads,
};

/** Loading takes long: load once, and keep. */
export const STAY_LOADED: FixTable = {
  ollama: (target) => curlJson(target, "/api/chat", { messages: [], keep_alive: -1 }),
  llama_cpp: (target) => llamaServer(target, "--sleep-idle-seconds -1 --jinja"),
  vllm: (target) => vllmServe(target, "--load-format safetensors"),
  lm_studio: (target) => `lms load ${quote(target.model)} --ttl 86400`,
  openai_compatible: "Start the server so that it never unloads the model",
  builtin: "owllm models pull smollm2",
};

/** One request waits for the other. `n`: how many at once are wanted; `context`: tokens for each. */
export const SERVE_IN_PARALLEL: FixTable<{ readonly n: number; readonly context: number }> = {
  ollama: (target, { n }) => ollamaServe(target, `OLLAMA_NUM_PARALLEL=${n}`),
  // `-c` is divided among the slots of `-np`.
  llama_cpp: (target, { n, context }) =>
    llamaServer(target, `-np ${n} -c ${n * context} -kvu --jinja`),
  vllm: (target, { n }) => vllmServe(target, `--max-num-seqs ${n}`),
  lm_studio: (target, { n }) => lmsLoad(target, `--parallel ${n}`),
  openai_compatible: (_, { n }) => `Start the server with ${n} slots for requests`,
  builtin: "owllm doctor",
};

/** The generation goes on after its client left: free the slot. */
export const END_GHOST: FixTable = {
  ollama: (target) => ollama(target, `stop ${quote(target.model)}`),
  // A second slot, so that the next ghost does not hold the only one.
  llama_cpp: (target) => llamaServer(target, "-np 2 --jinja"),
  vllm: "uv pip install --upgrade vllm",
  lm_studio: (target) => lmsLoad(target, ""),
  openai_compatible: "Restart the server, and put no proxy before it that keeps connections open",
  builtin: (target) => `owllm smoke model ${quote(target.model)} --verbose`,
};

/** The prefill of a cancelled request goes on: look for the client more often, or end it. */
export const END_PREFILL: FixTable = {
  ...END_GHOST,
  llama_cpp: (target) => llamaServer(target, "-b 512 -ub 512 --jinja"),
  vllm: (target) => vllmServe(target, "--enable-chunked-prefill --max-num-batched-tokens 2048"),
};

const moreSilence = (target: FixTarget, { seconds }: { readonly seconds: number }) =>
  `OWLLM_SMOKE_STALL_TIMEOUT_MS=${seconds * 1000} owllm smoke model ${quote(target.model)}`;

/** A stream is silent for long: whoever reads it must bear that. */
export const BEAR_SILENCE: FixTable<{ readonly seconds: number }> = {
  ollama: moreSilence,
  llama_cpp: moreSilence,
  vllm: moreSilence,
  lm_studio: moreSilence,
  openai_compatible: moreSilence,
  builtin: moreSilence,
};

/** The model makes no vectors, or bad ones. */
export const EMBEDDING_MODEL: FixTable = {
  ollama: (target) => ollama(target, "pull nomic-embed-text"),
  llama_cpp: (target) =>
    llamaServer({ ...target, model: "EMBEDDING.gguf" }, "--embeddings --pooling mean"),
  vllm: (target) => vllmServe({ ...target, model: "BAAI/bge-small-en-v1.5" }, "--runner pooling"),
  lm_studio: "lms get nomic-embed-text-v1.5 && lms load nomic-embed-text-v1.5",
  openai_compatible: "Load an embedding model beside this one, e.g. nomic-embed-text-v1.5",
  builtin: "owllm doctor",
};
