import type { FixTable, FixTarget } from "../fixes.ts";
import { llamaServer, ollama, quote, vllmServe } from "./commands.ts";

/** A model of 7B that follows instructions and calls tools, for those who ask what to take. */
const CAPABLE = "qwen2.5-coder:7b";

const ownGguf = "owllm models add better --gguf MODEL.gguf && owllm smoke model better";

/** The model itself is too weak for what was asked. */
export const BIGGER_MODEL: FixTable = {
  ollama: (target) => ollama(target, `pull ${CAPABLE}`) + ` && owllm smoke model ${CAPABLE}`,
  llama_cpp: (target) => llamaServer({ ...target, model: "BIGGER.gguf" }, "--jinja"),
  vllm: (target) => vllmServe({ ...target, model: "Qwen/Qwen2.5-Coder-7B-Instruct" }, ""),
  lm_studio: "lms get qwen2.5-coder-7b-instruct && lms load qwen2.5-coder-7b-instruct",
  openai_compatible: "Load an instruct model of 7B or more, then: owllm smoke model",
  builtin: ownGguf,
};

/** Weights of too few bits: the same model with four. */
export const MORE_BITS: FixTable = {
  ollama: (target) => ollama(target, `pull ${quote(withFourBits(target))}`),
  llama_cpp: (target) => llamaServer({ ...target, model: withFourBits(target) }, "--jinja"),
  vllm: (target) => vllmServe(target, "--dtype auto"),
  lm_studio: (target) => `lms get ${quote(target.model)}@q4_k_m`,
  openai_compatible: "Load the same model as Q4_K_M or with more bits",
  builtin: ownGguf,
};

/** `llama3.1:8b-instruct-q2_K` -> `llama3.1:8b-instruct-q4_K_M`; else the default tag of the name. */
function withFourBits({ model }: FixTarget): string {
  const named = model.replace(/(i?q|tq)[1-3](_[a-z0-9]+)*/i, "q4_K_M");
  return named === model ? model.split(":")[0] ?? model : named;
}

/** Template without tools, without the system role, or none: bring one. */
export const BETTER_TEMPLATE: FixTable = {
  ollama: (target) => `owllm fix ${quote(target.model)} --apply`,
  llama_cpp: (target) => llamaServer(target, "--jinja --chat-template-file TEMPLATE.jinja"),
  vllm: (target) => vllmServe(target, "--chat-template TEMPLATE.jinja"),
  lm_studio: "LM Studio > My Models > (the model) > Prompt > Template (Jinja)",
  openai_compatible: "Start the server with the chat template of the model's own repository",
  builtin: ownGguf,
};
