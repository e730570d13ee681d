/** `tool.one`: every sub-check on its own, and what keeps calls from coming back. */
import { toolOne } from "../../../lib/smoke/probes/tool_one.ts";
import { faulty, testProbes } from "../../support/probe_cases.ts";

const UPGRADE = /install\.sh|git -C llama\.cpp pull|upgrade vllm|Update the server/;
const BIGGER = /qwen2\.5-coder|BIGGER\.gguf|Qwen2\.5-Coder|instruct model of 7B/;

testProbes([
  faulty(toolOne, "ollama", "refuses_tools_ollama", "fail", {
    diagnosis: /refuses tools: .*does not support tools/,
    fix: /^owllm fix scripted:7b --apply$/,
    measured: { refused: true, constrained_call: true },
  }),
  faulty(toolOne, "llama_cpp", "refuses_tools_llama_cpp", "fail", {
    diagnosis: /refuses tools: .*--jinja/,
    fix: /^llama-server .* --jinja$/,
  }),
  faulty(toolOne, "vllm", "refuses_tools_vllm", "fail", {
    diagnosis: /refuses tools: .*--enable-auto-tool-choice/,
    fix: /vllm serve scripted:7b .*--enable-auto-tool-choice --tool-call-parser \w+$/,
  }),
  faulty(toolOne, "ollama", "tools_dropped", "fail", {
    diagnosis: /template drops the tools: the prompt has \d+ tokens with a tool and \d+ without/,
    fix: /^owllm fix/,
    measured: { tools_reach_model: false, count: 0 },
  }),
  faulty(toolOne, "llama_cpp", "tools_dropped", "fail", {
    diagnosis: /never reach the model/,
    fix: /--jinja --chat-template-file/,
  }),
  faulty(toolOne, "openai", "never_calls_tools", "fail", {
    diagnosis:
      /"I cannot look that up\." where a call is due; the tools did reach it \(\+\d+ tokens\): a property of the model/,
    fix: BIGGER,
    measured: { tools_reach_model: true, constrained_call: true },
  }),
  faulty(toolOne, "vllm", "empty_call_list", "fail", {
    diagnosis: /"tool_calls" and the list of calls is empty/,
    fix: UPGRADE,
  }),
  faulty(toolOne, "vllm", "call_tag", "fail", {
    diagnosis: /came back as text \(<tool_call>\)/,
    fix: /--tool-call-parser hermes/,
  }),
  faulty(toolOne, "llama_cpp", "wrong_tool_name", "fail", {
    diagnosis: /^The call names "getWeather" and not "get_weather"$/,
    fix: BIGGER,
    measured: { name: "getWeather" },
  }),
  faulty(toolOne, "ollama", "no_arguments", "fail", {
    diagnosis: /arguments \{\} are wrong: .*required property "city"/i,
    fix: BIGGER,
    measured: { required_present: false },
  }),
  faulty(toolOne, "openai", "arguments_object", "warn", {
    diagnosis: /^Arguments come as object where the protocol wants a string/,
    fix: UPGRADE,
    measured: { arguments_form: "object" },
  }),
  faulty(toolOne, "openai", "arguments_double_encoded", "fail", {
    diagnosis: /^Arguments are encoded twice/,
    fix: UPGRADE,
    measured: { arguments_form: "encoded twice" },
  }),
  faulty(toolOne, "llama_cpp", "arguments_broken", "fail", {
    diagnosis: /are wrong: not JSON/,
    fix: UPGRADE,
  }),
  faulty(toolOne, "vllm", "no_call_id", "warn", {
    diagnosis: /^The call has no id$/,
    fix: UPGRADE,
    measured: { id_present: false },
  }),
  faulty(toolOne, "vllm", "call_ends_with_stop", "warn", {
    diagnosis: /finish reason is "stop" and not "tool_calls"/,
    fix: UPGRADE,
  }),
  faulty(toolOne, "ollama", "call_ends_with_stop", "warn", {
    diagnosis: /native API is right, only its \/v1 is not .*: The finish reason is "stop"/,
    fix: /\/api\/chat/,
    measured: { v1_status: "warn", finish: "stop" },
  }),
  faulty(toolOne, "openai", "calls_twice", "warn", {
    diagnosis: /^2 calls where one is due$/,
    fix: BIGGER,
    measured: { count: 2 },
  }),
  faulty(toolOne, "openai", "no_call_for_oslo", "warn", {
    diagnosis: /called the tool in 2 of 3 answers/,
    fix: BIGGER,
    measured: { k: 2, n: 3 },
  }),
  faulty(toolOne, "openai", "call_for_lima_only", "fail", {
    diagnosis: /called the tool in 1 of 3 answers/,
    fix: BIGGER,
    measured: { k: 1, n: 3 },
  }),
  faulty(toolOne, "ollama", "hang_before_first_byte", "fail", {
    diagnosis: /took longer|timed out|within|limit/i,
    fix: /./,
  }),
  faulty(toolOne, "ollama", "knows_no_json", "fail", {
    diagnosis: /a property of the model$/,
    fix: BIGGER,
    measured: { constrained_call: false },
  }),
  faulty(toolOne, "ollama", "tools_dropped", "fail", {
    diagnosis: /a call forced by a JSON schema works, owllm uses that$/,
    fix: /^owllm fix/,
    measured: { v1_status: undefined },
  }),
  // A server that fails at everything does not refuse tools.
  faulty(toolOne, "vllm", "html_500", "fail", {
    diagnosis: /^127\.0\.0\.1:\d+ answered 500: /,
    fix: /^VLLM_LOGGING_LEVEL=DEBUG/,
  }),
]);
