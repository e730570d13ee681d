import { TEXT_CALL_FORMS, type TextCallForm } from "../../models/mod.ts";
import type { FixTable, FixTarget } from "../fixes.ts";
import { llamaServer, quote, vllmServe } from "./commands.ts";
import { BETTER_TEMPLATE } from "./model.ts";
import { UPGRADE_SERVER } from "./server.ts";

const showProfile = (target: FixTarget) => `owllm models show ${quote(target.model)}`;

/** The server refuses a request with tools: switch them on. */
export const TAKE_TOOLS: FixTable = {
  ollama: BETTER_TEMPLATE.ollama,
  llama_cpp: (target) => llamaServer(target, "--jinja"),
  vllm: (target) => vllmWithParser(target, "bare_json"),
  lm_studio: "lms get qwen2.5-coder-7b-instruct && lms load qwen2.5-coder-7b-instruct",
  openai_compatible: "Start the server with its option for tool calls and their parser",
  builtin: showProfile,
};

/** A call came back as text: the parser that knows this form. */
export const PARSE_TOOL_CALLS: FixTable<{ readonly form: TextCallForm }> = {
  ollama: BETTER_TEMPLATE.ollama as string | ((target: FixTarget) => string),
  llama_cpp: (target) => llamaServer(target, "--jinja"),
  vllm: (target, { form }) => vllmWithParser(target, form),
  lm_studio: "LM Studio > My Models > (the model) > Prompt > Template (Jinja)",
  openai_compatible: (_, { form }) =>
    `Start the server with a tool-call parser for ${TEXT_CALL_FORMS[form]}`,
  builtin: showProfile,
};

function vllmWithParser(target: FixTarget, form: TextCallForm): string {
  const parser = vllmParser(target.model, form);
  return vllmServe(target, `--enable-auto-tool-choice --tool-call-parser ${parser}`);
}

/** Names of vLLM's parsers by family of models; the first that fits. */
const VLLM_PARSERS: readonly (readonly [family: RegExp, parser: string])[] = [
  [/qwen3[-_]?coder/i, "qwen3_coder"],
  [/llama-?4/i, "llama4_pythonic"],
  [/llama-?3/i, "llama3_json"],
  [/mistral|mixtral|devstral|codestral/i, "mistral"],
  [/gpt-oss/i, "openai"],
  [/glm-?4/i, "glm45"],
  [/kimi/i, "kimi_k2"],
  [/granite/i, "granite"],
  [/deepseek.*v3/i, "deepseek_v3"],
  [/qwen|hermes/i, "hermes"],
];

const PARSER_OF_FORM: Readonly<Record<TextCallForm, string>> = {
  bare_json: "llama3_json",
  fenced_json: "hermes",
  tool_call_tag: "hermes",
  mistral_tool_calls: "mistral",
  function_tag: "qwen3_coder",
  python_brackets: "pythonic",
};

function vllmParser(model: string, form: TextCallForm): string {
  return VLLM_PARSERS.find(([family]) => family.test(model))?.[1] ?? PARSER_OF_FORM[form];
}

/** A stream mangles calls that are whole in a plain answer. */
export const STREAM_TOOL_CALLS: FixTable = {
  ...UPGRADE_SERVER,
  vllm: (target) => vllmWithParser(target, "tool_call_tag"),
  builtin: showProfile,
};

/** A property that owllm works around by itself: where it is written down. */
export const SEE_PROFILE: FixTable = {
  ollama: showProfile,
  llama_cpp: showProfile,
  vllm: showProfile,
  lm_studio: showProfile,
  openai_compatible: showProfile,
  builtin: showProfile,
};
