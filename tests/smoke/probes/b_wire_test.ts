/** Group B, what the protocol demands of an answer: basic, stream, usage, limits, bytes, shapes. */
import { genBasic } from "../../../lib/smoke/probes/gen_basic.ts";
import { genMaxTokens } from "../../../lib/smoke/probes/gen_max_tokens.ts";
import { genRoles } from "../../../lib/smoke/probes/gen_roles.ts";
import { genSeed } from "../../../lib/smoke/probes/gen_seed.ts";
import { genStop } from "../../../lib/smoke/probes/gen_stop.ts";
import { genStream } from "../../../lib/smoke/probes/gen_stream.ts";
import { genUsage } from "../../../lib/smoke/probes/gen_usage.ts";
import { genUtf8 } from "../../../lib/smoke/probes/gen_utf8.ts";
import { type ProbeCase, testProbes } from "../../support/probe_cases.ts";
import type { Dialect } from "../../support/scripted/mod.ts";

const DIALECTS: readonly Dialect[] = ["ollama", "llama_cpp", "openai"];

const HEALTHY = [
  genBasic,
  genStream,
  genUsage,
  genMaxTokens,
  genStop,
  genRoles,
  genSeed,
  genUtf8,
];

testProbes(DIALECTS.flatMap((dialect) =>
  HEALTHY.map((probe): ProbeCase => ({
    probe,
    when: "when the server is healthy",
    on: { dialect },
    status: "pass",
  }))
));

testProbes(DIALECTS.map((dialect): ProbeCase => ({
  probe: genBasic,
  when: "when a healthy model thinks first",
  on: { dialect, capabilities: ["completion", "thinking"], template: "<think>" },
  status: "pass",
})));

testProbes([
  {
    probe: genBasic,
    when: "when the answer is empty",
    on: { dialect: "ollama", fault: "empty_answer" },
    status: "fail",
    diagnosis: /empty \(finish "stop", 0 tokens\): the model ends at once/,
    fix: /ollama show scripted:7b --template$/,
  },
  {
    probe: genBasic,
    when: "when all tokens went into thinking",
    on: { dialect: "llama_cpp", fault: "thinks_only", model: "/m/a.gguf" },
    status: "fail",
    diagnosis: /empty: all \d+ tokens went into thinking \(finish "length"\)/,
    fix: /--reasoning-budget 0$/,
  },
  {
    probe: genBasic,
    when: "when tokens do not show",
    on: { dialect: "vllm", fault: "invisible_tokens" },
    status: "fail",
    diagnosis: /empty although 16 tokens were generated .*template is wrong/,
    fix: /--chat-template TEMPLATE\.jinja$/,
  },
  {
    probe: genBasic,
    when: "when the role is wrong",
    on: { dialect: "openai", fault: "role_user" },
    status: "warn",
    diagnosis: /role "user" and not "assistant"/,
    fix: /log/,
  },
  {
    probe: genBasic,
    when: "when the model rambles",
    on: { dialect: "ollama", fault: "rambles" },
    status: "warn",
    diagnosis: /The model works but does not keep to one word: .* 16 tokens/,
    fix: /ollama pull qwen2\.5-coder:7b && owllm smoke model/,
  },
  {
    probe: genBasic,
    when: "without a finish reason",
    on: { dialect: "llama_cpp", fault: "no_finish" },
    status: "warn",
    diagnosis: /finish reason "none"/,
    fix: /--verbose$/,
  },
  {
    probe: genBasic,
    when: "when the server answers 500 with a page",
    on: { dialect: "openai", fault: "html_500" },
    status: "fail",
    diagnosis: /answered 500: <html>/,
    fix: /log/,
  },
  {
    probe: genStream,
    when: "without the mark of the end",
    on: { dialect: "openai", fault: "no_done" },
    status: "fail",
    diagnosis: /ends without \[DONE\]: a client would wait/,
    fix: /^curl -sN .*\/v1\/chat\/completions/,
  },
  {
    probe: genStream,
    when: "when only /v1 lacks [DONE]",
    on: { dialect: "ollama", fault: "v1_no_done" },
    status: "warn",
    diagnosis: /native API is right, only its \/v1 is not .*\[DONE\]/,
    fix: /\/api\/chat/,
    measured: { terminated: true, v1_terminated: false },
  },
  {
    probe: genStream,
    when: "without a finish reason",
    on: { dialect: "vllm", fault: "no_finish" },
    status: "fail",
    diagnosis: /None of the \d+ chunks carries a finish reason/,
    fix: /uv pip install --upgrade vllm/,
  },
  {
    probe: genStream,
    when: "with two finish reasons",
    on: { dialect: "openai", fault: "two_finishes" },
    status: "warn",
    diagnosis: /2 finish reasons where one is due/,
    fix: /curl -sN/,
  },
  {
    probe: genStream,
    when: "when all comes in one piece",
    on: { dialect: "llama_cpp", fault: "one_piece" },
    status: "warn",
    diagnosis: /\d+ tokens came in one piece: the server or a proxy buffers/,
    fix: /llama-server/,
  },
  {
    probe: genStream,
    when: "when the streamed text is another",
    on: { dialect: "llama_cpp", fault: "stream_differs" },
    status: "warn",
    diagnosis:
      /At temperature 0 the streamed text "pong, pong, pong" differs from the plain one "pong"/,
    fix: /-np 1$/,
  },
  {
    probe: genStream,
    when: "when the stream is empty",
    on: { dialect: "ollama", fault: "empty_answer" },
    status: "fail",
    diagnosis: /Streamed: The answer is empty/,
    fix: /show scripted:7b --template/,
  },
  {
    probe: genStream,
    when: "when an error comes inside the stream",
    on: { dialect: "openai", fault: "error_inside_stream" },
    status: "fail",
    diagnosis: /error inside .* unexpected EOF from the runner/,
    fix: /log/,
  },
  {
    probe: genStream,
    when: "when nothing comes",
    on: { dialect: "openai", fault: "hang_before_first_byte", settings: { stallTimeoutMs: 200 } },
    status: "fail",
    diagnosis: /silent before the first byte/,
    fix: /log/,
  },
  {
    probe: genStream,
    when: "when it stops midway",
    on: { dialect: "llama_cpp", fault: "hang_mid_stream", settings: { stallTimeoutMs: 200 } },
    status: "fail",
    diagnosis: /silent after \d+ chunks/,
    fix: /--verbose$/,
  },
  {
    probe: genStream,
    when: "when the connection breaks",
    on: { dialect: "openai", fault: "reset_mid_stream" },
    status: "fail",
    diagnosis: /connection/,
    fix: /^ss -ltnp/,
  },
  {
    probe: genUsage,
    when: "without token counts",
    on: { dialect: "openai", fault: "no_usage" },
    status: "warn",
    diagnosis: /plain answer gives no prompt_tokens, .* the stream gives no completion_tokens/,
    fix: /Update the server/,
  },
  {
    probe: genUsage,
    when: "without token counts in the stream",
    on: { dialect: "ollama", fault: "no_stream_usage" },
    status: "warn",
    diagnosis: /missing: the stream gives no prompt_tokens/,
    fix: /install\.sh/,
    measured: { stream_prompt_tokens: null },
  },
  ...DIALECTS.map((dialect): ProbeCase => ({
    probe: genMaxTokens,
    when: "when the limit is ignored",
    on: { dialect, fault: "ignores_max_tokens" },
    status: "fail",
    diagnosis:
      /max_tokens 16 is ignored: .* \d+ tokens and was still writing when it was cancelled/,
    fix: /install\.sh|llama-server|Update/,
  })),
  {
    probe: genMaxTokens,
    when: "when a cut answer looks whole",
    on: { dialect: "llama_cpp", fault: "cut_says_stop" },
    status: "warn",
    diagnosis: /cut at 16 tokens but its finish reason is "stop"/,
    fix: /llama-server/,
  },
  {
    probe: genMaxTokens,
    when: "when the model ends before the limit",
    on: { dialect: "ollama", fault: "stops_early" },
    status: "skip",
    diagnosis: /ended by itself after 1 tokens \("No\."\)/,
  },
  {
    probe: genStop,
    when: "when the stop string is ignored",
    on: { dialect: "ollama", fault: "ignores_stop" },
    status: "fail",
    diagnosis: /"STOP7" is ignored: .*"A STOP7 B"/,
    fix: /install\.sh/,
  },
  {
    probe: genStop,
    when: "at a word of the model's own",
    on: { dialect: "llama_cpp", fault: "writes_own_line" },
    status: "pass",
    measured: { stop: "watches" },
  },
  {
    probe: genRoles,
    when: "when null content is refused",
    on: { dialect: "openai", fault: "refuses_null_content" },
    status: "warn",
    diagnosis: /refuses tool_content_null \(.*content must be a string\); what works: system_user/,
    fix: /chat template/,
    measured: { tool_content_empty: "ok", tool_content_null: "500" },
  },
  {
    probe: genRoles,
    when: "when the history of a tool is refused",
    on: { dialect: "ollama", fault: "refuses_tool_role" },
    status: "fail",
    diagnosis: /no user query found/,
    fix: /^owllm fix scripted:7b --apply$/,
  },
  {
    probe: genSeed,
    when: "when the first run differs from the cached ones",
    on: { dialect: "ollama", fault: "first_differs" },
    status: "warn",
    diagnosis: /run 1 differs from the cached runs/,
    fix: /OLLAMA_NUM_PARALLEL=1 ollama serve$/,
    measured: { greedy: "first request differs" },
  },
  {
    probe: genSeed,
    when: "when nothing repeats",
    on: { dialect: "vllm", fault: "never_repeats" },
    status: "warn",
    diagnosis: /three equal requests gave different answers/,
    fix: /--max-num-seqs 1$/,
  },
  {
    probe: genSeed,
    when: "when the seed is ignored",
    on: { dialect: "llama_cpp", fault: "ignores_seed" },
    status: "warn",
    diagnosis: /two requests with seed 7 gave different answers: the seed is ignored/,
    fix: /-np 1$/,
    measured: { greedy: "bitwise", seed_7_repeats: false },
  },
]);
