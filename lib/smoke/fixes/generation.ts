import type { FixTable, FixTarget } from "../fixes.ts";
import {
  curlJson,
  llamaServer,
  lmsLoad,
  ollama,
  ollamaDerive,
  quote,
  vllmServe,
} from "./commands.ts";
import { UPGRADE_SERVER } from "./server.ts";

const smokeAgain = (target: FixTarget) => `owllm smoke model ${quote(target.model)}`;

/** Template tokens leak: stop at them. */
export const STOP_TOKEN: FixTable<{ readonly token: string }> = {
  ollama: (target, { token }) => ollamaDerive(target, "stop", [`PARAMETER stop "${token}"`]),
  llama_cpp: (target) => llamaServer(target, "--jinja"),
  vllm: (target) => vllmServe(target, "--generation-config auto"),
  lm_studio: (_, { token }) =>
    `LM Studio > My Models > (the model) > Prompt > Additional stop strings: ${token}`,
  openai_compatible: (_, { token }) => `Send "stop": ["${token}"] with each request`,
  builtin: "owllm models add better --gguf MODEL.gguf && owllm smoke model better",
};

/** The model repeats itself. */
export const REPEAT_PENALTY: FixTable = {
  ollama: (target) =>
    ollamaDerive(target, "calm", ["PARAMETER repeat_penalty 1.1", "PARAMETER repeat_last_n 256"]),
  llama_cpp: (target) => llamaServer(target, "--repeat-penalty 1.1 --repeat-last-n 256"),
  vllm: (target) => vllmServe(target, `--override-generation-config '{"repetition_penalty":1.1}'`),
  lm_studio: "LM Studio > My Models > (the model) > Inference > Repeat penalty: 1.1",
  openai_compatible: 'Send "frequency_penalty": 0.3 with each request',
  builtin: "owllm models add better --gguf MODEL.gguf && owllm smoke model better",
};

/** The server takes no JSON schema, or breaks under it. */
export const CONSTRAINED_JSON: FixTable = {
  ollama: UPGRADE_SERVER.ollama,
  llama_cpp: (target) => llamaServer(target, "--jinja"),
  vllm: (target) => vllmServe(target, "--structured-outputs-config.backend xgrammar"),
  lm_studio: "lms runtime update llama.cpp",
  openai_compatible: "Use a server that constrains decoding by response_format json_schema",
  builtin: (target) => `owllm smoke model ${quote(target.model)} --verbose`,
};

/** A schema holds only with thinking switched a certain way. */
export const SCHEMA_WITH_THINKING: FixTable<{ readonly think: boolean }> = {
  ollama: (target, { think }) =>
    curlJson(target, "/api/chat", { think, format: { type: "object" } }),
  llama_cpp: (target, { think }) =>
    llamaServer(target, `--jinja --reasoning-budget ${think ? -1 : 0}`),
  vllm: (target, { think }) =>
    vllmServe(target, `--default-chat-template-kwargs '{"enable_thinking":${think}}'`),
  lm_studio: (_, { think }) =>
    `LM Studio > My Models > (the model) > Enable Thinking: ${think ? "on" : "off"}`,
  openai_compatible: (_, { think }) =>
    `Send "chat_template_kwargs": {"enable_thinking": ${think}} with each request`,
  builtin: smokeAgain,
};

/** Thoughts come inside the content. */
export const SEPARATE_THINKING: FixTable = {
  ollama: UPGRADE_SERVER.ollama,
  llama_cpp: (target) => llamaServer(target, "--jinja --reasoning-format deepseek"),
  vllm: (target) => vllmServe(target, `--reasoning-parser ${reasoningParser(target)}`),
  lm_studio: "LM Studio > App Settings > Developer > separate reasoning_content: on",
  openai_compatible: "Start the server with its parser for reasoning",
  builtin: smokeAgain,
};

/** vLLM's name of the parser for a family of models. */
function reasoningParser({ model }: FixTarget): string {
  if (/qwen3/i.test(model)) return "qwen3";
  if (/gpt-oss/i.test(model)) return "openai_gptoss";
  if (/magistral/i.test(model)) return "mistral";
  return "deepseek_r1";
}

/** Thinking cannot be switched off by a request: switch it off at the server. */
export const NO_THINKING: FixTable = {
  ollama: (target) =>
    `owllm smoke model ${quote(target.model.split(":")[0] ?? target.model)}:instruct`,
  llama_cpp: (target) => llamaServer(target, "--jinja --reasoning-budget 0"),
  vllm: (target) => vllmServe(target, `--default-chat-template-kwargs '{"enable_thinking":false}'`),
  lm_studio: "LM Studio > My Models > (the model) > Enable Thinking: off",
  openai_compatible: "Load an instruct variant of the model that does not think",
  builtin: "owllm models add better --gguf MODEL.gguf && owllm smoke model better",
};

/** What must be restarted or put out of the way when a stream is broken. */
export const WHOLE_STREAM: FixTable = {
  ollama: UPGRADE_SERVER.ollama,
  llama_cpp: UPGRADE_SERVER.llama_cpp,
  vllm: UPGRADE_SERVER.vllm,
  lm_studio: UPGRADE_SERVER.lm_studio,
  openai_compatible: (target) => curlJson(target, "/v1/chat/completions", { stream: true }),
  builtin: smokeAgain,
};

/** More room for an answer that was used up by thoughts. */
export const MORE_ANSWER_TOKENS: FixTable = {
  ollama: (target) => ollamaDerive(target, "long", ["PARAMETER num_predict 4096"]),
  llama_cpp: (target) => llamaServer(target, "--jinja --reasoning-budget 0"),
  vllm: (target) => vllmServe(target, "--max-model-len 16384"),
  lm_studio: (target) => lmsLoad(target, "--context-length 16384"),
  openai_compatible: 'Send a bigger "max_tokens" with each request',
  builtin: smokeAgain,
};

/** A wrong or missing template gives empty answers. */
export const CHECK_TEMPLATE: FixTable = {
  ollama: (target) => ollama(target, `show ${quote(target.model)} --template`),
  llama_cpp: (target) => llamaServer(target, "--jinja"),
  vllm: (target) => vllmServe(target, "--chat-template TEMPLATE.jinja"),
  lm_studio: "LM Studio > My Models > (the model) > Prompt > Template (Jinja)",
  openai_compatible: "Start the server with the chat template of the model's own repository",
  builtin: "owllm models add better --gguf MODEL.gguf && owllm smoke model better",
};
