import type { FixTable, FixTarget } from "../fixes.ts";
import { llamaServer, lmsLoad, ollamaDerive, ollamaServe, quote, vllmServe } from "./commands.ts";

/** A context to ask for, in tokens. */
interface Wanted {
  readonly tokens: number;
}

/** More context than the server has loaded. */
export const MORE_CONTEXT: FixTable<Wanted> = {
  ollama: (target, { tokens }) => ollamaServe(target, `OLLAMA_CONTEXT_LENGTH=${tokens}`),
  // `-c` is divided among the slots of `-np`.
  llama_cpp: (target, { tokens }) => llamaServer(target, `-c ${tokens} -np 1 --jinja`),
  vllm: (target, { tokens }) => vllmServe(target, `--max-model-len ${tokens}`),
  lm_studio: (target, { tokens }) => lmsLoad(target, `--context-length ${tokens}`),
  openai_compatible: (_, { tokens }) => `Start the server with a context of ${tokens} tokens`,
  builtin: (target, { tokens }) =>
    `OWLLM_BUILTIN_CONTEXT_TOKENS=${tokens} owllm smoke model ${quote(target.model)}`,
};

/** A context that is fixed to this model, so that `/v1` and every client get it too. */
export const FIXED_CONTEXT: FixTable<Wanted> = {
  ...MORE_CONTEXT,
  ollama: (target, { tokens }) =>
    ollamaDerive(target, `${Math.round(tokens / 1024)}k`, [`PARAMETER num_ctx ${tokens}`]),
};

/** The weights were not made for so much context. */
export const LONGER_MODEL: FixTable<Wanted> = {
  ollama: "ollama pull qwen2.5-coder:7b && owllm smoke model qwen2.5-coder:7b",
  llama_cpp: (target, { tokens }) =>
    llamaServer({ ...target, model: "LONGER.gguf" }, `-c ${tokens} --jinja`),
  vllm: (target, { tokens }) =>
    vllmServe({ ...target, model: "Qwen/Qwen2.5-Coder-7B-Instruct" }, `--max-model-len ${tokens}`),
  lm_studio: "lms get qwen2.5-coder-7b-instruct && lms load qwen2.5-coder-7b-instruct",
  openai_compatible: (_, { tokens }) => `Load a model that was made for ${tokens} tokens or more`,
  builtin: "owllm models add longer --gguf MODEL.gguf && owllm smoke model longer",
};

const askFor = (target: FixTarget, { tokens }: Wanted) =>
  `owllm smoke model ${quote(target.model)} --context ${tokens}`;

/** Another context to ask for: the model loses what lies further back, or too little was asked. */
export const ASK_CONTEXT: FixTable<Wanted> = {
  ollama: askFor,
  llama_cpp: askFor,
  vllm: askFor,
  lm_studio: askFor,
  openai_compatible: askFor,
  builtin: askFor,
};

/** Every step costs the whole prefill again. */
export const REUSE_CACHE: FixTable = {
  ollama: (target) => ollamaServe(target, "OLLAMA_NUM_PARALLEL=1 OLLAMA_FLASH_ATTENTION=1"),
  llama_cpp: (target) => llamaServer(target, "-np 1 --cache-reuse 256 --jinja"),
  vllm: (target) => vllmServe(target, "--enable-prefix-caching"),
  lm_studio: (target) => lmsLoad(target, "--parallel 1"),
  openai_compatible: "Start the server with prefix caching and one slot",
  builtin: "owllm models add dense --gguf MODEL.gguf && owllm smoke model dense",
};
