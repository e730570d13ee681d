/** Tool calls on the wire: in the words, streamed, side by side, forced, with a schema, replayed. */
import { toolChoice } from "../../../lib/smoke/probes/tool_choice.ts";
import { toolInContent } from "../../../lib/smoke/probes/tool_in_content.ts";
import { toolParallel } from "../../../lib/smoke/probes/tool_parallel.ts";
import { toolReplay } from "../../../lib/smoke/probes/tool_replay.ts";
import { toolStream } from "../../../lib/smoke/probes/tool_stream.ts";
import { toolWithSchema } from "../../../lib/smoke/probes/tool_with_schema.ts";
import { toolWithThink } from "../../../lib/smoke/probes/tool_with_think.ts";
import { toolOne } from "../../../lib/smoke/probes/tool_one.ts";
import { faulty, testProbes } from "../../support/probe_cases.ts";

const UPGRADE = /install\.sh|git -C llama\.cpp pull|upgrade vllm|Update the server/;
const BIGGER = /qwen2\.5-coder|BIGGER\.gguf|Qwen2\.5-Coder|instruct model of 7B/;
const SEE_PROFILE = /^owllm models show scripted:7b$/;
const THINKS = { capabilities: ["completion", "tools", "thinking"] };

const FORMS = [
  ["call_bare_json", "bare JSON", "bare_json"],
  ["call_fenced", "JSON in a code fence", "fenced_json"],
  ["call_tag", "<tool_call>", "tool_call_tag"],
  ["call_mistral", "\\[TOOL_CALLS\\]", "mistral_tool_calls"],
  ["call_function_tag", "<function=…>", "function_tag"],
  ["call_python", "Python calls in brackets", "python_brackets"],
] as const;

testProbes(FORMS.map(([fault, words, form]) =>
  faulty(toolInContent, "ollama", fault, "fail", {
    diagnosis: new RegExp(`as text \\(${words}\\).*owllm rescues`),
    fix: /^owllm fix/,
    measured: { text_form: form, recoverable: true, after_think: false },
  })
));

testProbes([
  faulty(toolInContent, "llama_cpp", "call_after_think", "fail", {
    diagnosis: /bare JSON after <\/think>/,
    fix: /--jinja/,
    measured: { after_think: true },
  }),
  faulty(toolInContent, "vllm", "call_mistral", "fail", {
    diagnosis: /\[TOOL_CALLS\]/,
    fix: /--tool-call-parser mistral/,
  }),
  faulty(toolInContent, "openai", "call_bare_json", "fail", {
    diagnosis: /bare JSON/,
    fix: /tool-call parser for bare JSON/,
  }),
  faulty(toolInContent, "openai", "call_misfit", "fail", {
    diagnosis: /cannot be rescued either: .*city/,
    fix: /parser/,
    measured: { recoverable: false },
  }),
  faulty(toolInContent, "openai", "call_native_and_in_content", "warn", {
    diagnosis: /1 of 1 answers hold the call in their words \(bare JSON\)/,
    fix: /parser/,
  }),
  faulty(toolInContent, "openai", "never_calls_tools", "skip", {
    diagnosis: /made none, not even as text/,
  }),
  faulty(toolInContent, "vllm", "refuses_tools_vllm", "fail", {
    diagnosis: /refuses tools/,
    fix: /--enable-auto-tool-choice/,
  }),
  faulty(toolStream, "openai", "no_tool_index", "warn", {
    diagnosis: /3 of 3 pieces carry no index/,
    fix: UPGRADE,
    measured: { with_index: 0 },
  }),
  faulty(toolStream, "ollama", "no_tool_index", "warn", {
    diagnosis: /1 of 1 pieces carry no index \(ollama#7881\)/,
    fix: /install\.sh/,
  }),
  faulty(toolStream, "ollama", "v1_no_tool_index", "warn", {
    diagnosis: /only its \/v1 is not .*carry no index/,
    fix: /\/api\/chat/,
  }),
  faulty(toolStream, "vllm", "stream_loses_call", "fail", {
    diagnosis: /stream loses the call/,
    fix: /--tool-call-parser/,
    measured: { calls: 0 },
  }),
  faulty(toolStream, "ollama", "stream_loses_call", "fail", {
    diagnosis: /stream loses the call/,
    fix: UPGRADE,
  }),
  faulty(toolStream, "llama_cpp", "stream_loses_last_piece", "fail", {
    diagnosis: /do not join to a JSON object: \{"city/,
    fix: UPGRADE,
  }),
  faulty(toolStream, "openai", "stream_calls_bergen", "warn", {
    diagnosis: /differs from the plain call: .*Bergen.*Oslo/,
    fix: UPGRADE,
    measured: { equals_plain: false },
  }),
  faulty(toolStream, "openai", "two_finishes", "warn", {
    diagnosis: /2 finish reasons/,
    fix: UPGRADE,
  }),
  faulty(toolStream, "openai", "no_done", "warn", { diagnosis: /no end mark/, fix: UPGRADE }),
  faulty(toolStream, "openai", "no_call_id", "warn", {
    diagnosis: /id comes 0 times/,
    fix: UPGRADE,
  }),
  faulty(toolStream, "openai", "never_calls_tools", "fail", {
    diagnosis: /where a call is due/,
    fix: BIGGER,
  }),
  faulty(toolParallel, "openai", "pieces_without_id_at_0", "fail", {
    diagnosis: /merged into one: .*\}\{/,
    fix: UPGRADE,
  }),
  faulty(toolParallel, "openai", "same_call_id", "fail", {
    diagnosis: /same id "call_0"/,
    fix: UPGRADE,
  }),
  faulty(toolParallel, "openai", "tool_index_always_0", "warn", {
    diagnosis: /All 2 streamed calls have the index 0/,
    fix: UPGRADE,
  }),
  faulty(toolParallel, "openai", "no_tool_index", "warn", {
    diagnosis: /carry no index/,
    fix: UPGRADE,
  }),
  faulty(toolParallel, "ollama", "one_call_only", "skip", {
    diagnosis: /one call at a time, which is its property/,
    measured: { parallel: false },
  }),
  faulty(toolParallel, "openai", "no_call_for_oslo", "warn", {
    diagnosis: /2 of 3 answers hold both calls/,
    fix: /owllm models show/,
    measured: { k: 2, n: 3 },
  }),
  faulty(toolStream, "openai", "never_calls_tools", "skip", {
    diagnosis: /^Not judged: the model makes no call \(tool\.one\)$/,
    on: { before: [toolOne] },
  }),
  faulty(toolStream, "openai", "hang_before_first_byte", "skip", {
    diagnosis: /^Not judged: .*scripted:7b.* \(tool\.one\)$/,
    on: { before: [toolOne], settings: { requestTimeoutMs: 300 } },
  }),
  faulty(toolStream, "vllm", "call_tag", "skip", {
    diagnosis: /calls come back as text \(tool\.one\)/,
    on: { before: [toolOne] },
  }),
  faulty(toolChoice, "vllm", "ignores_tool_choice", "warn", {
    diagnosis: /does not obey tool_choice \(required: ignored, named: ignored, none: ignored\)/,
    fix: SEE_PROFILE,
    measured: { obeyed: "0/3" },
  }),
  faulty(toolChoice, "vllm", "forced_call_is_empty", "fail", {
    diagnosis: /finish "tool_calls" and an empty list \(vllm#53255\)/,
    fix: UPGRADE,
  }),
  faulty(toolChoice, "llama_cpp", "tools_dropped", "warn", {
    diagnosis: /no effect .* because the template drops the tools/,
    fix: /--chat-template-file/,
    measured: { none: "never calls", obeyed: "0/2" },
  }),
  faulty(toolChoice, "ollama", "never_calls_tools", "skip", {
    diagnosis: /Ollama has no tool_choice/,
    measured: { none: "never calls" },
  }),
  faulty(toolWithSchema, "ollama", "schema_suppresses_tools", "warn", {
    diagnosis: /suppresses tool calls silently/,
    fix: SEE_PROFILE,
    measured: { together: "suppressed" },
  }),
  faulty(toolWithSchema, "llama_cpp", "refuses_schema_with_tools", "pass", {
    measured: { together: "refused", http_status: 400 },
  }),
  faulty(toolWithSchema, "llama_cpp", "crashes_on_schema_with_tools", "warn", {
    diagnosis: /error of the server: .*index out of range/,
    fix: SEE_PROFILE,
  }),
  faulty(toolWithThink, "ollama", "call_in_thoughts", "fail", {
    diagnosis: /stands in the thoughts and not in tool_calls, in 3 of 3/,
    fix: UPGRADE,
    measured: { calls_in_thoughts: 3 },
    on: THINKS,
  }),
  faulty(toolWithThink, "vllm", "thinks_for_ever", "fail", {
    diagnosis: /0 of 3 answers hold the call: 1024 tokens went into thoughts/,
    fix: /--reasoning-parser qwen3/,
    on: { model: "qwen3:8b" },
  }),
  faulty(toolWithThink, "openai", "thinks_for_ever", "skip", { diagnosis: /does not think/ }),
  faulty(toolReplay, "openai", "refuses_history", "fail", {
    diagnosis:
      /refuses its own recorded call as string_empty, string_null \(.*no user query found\); accepted: nothing/,
    fix: /chat template/,
  }),
  faulty(toolReplay, "llama_cpp", "refuses_null_content", "warn", {
    diagnosis: /as string_null .*accepted: string_empty, object_empty/,
    fix: /--chat-template-file/,
  }),
  faulty(toolReplay, "ollama", "refuses_history", "fail", {
    diagnosis: /as object_empty, object_null/,
    fix: /^owllm fix/,
  }),
]);
