/** Group B, what the model and its template make of it: text, bytes, system prompt, schema, thoughts. */
import assert from "node:assert/strict";
import { mostRepeated } from "../../../lib/smoke/probes/_shared/repetition.ts";
import { withoutThoughts } from "../../../lib/smoke/probes/_shared/thoughts.ts";
import { genLoop } from "../../../lib/smoke/probes/gen_loop.ts";
import { genSchema } from "../../../lib/smoke/probes/gen_schema.ts";
import { genSchemaForced } from "../../../lib/smoke/probes/gen_schema_forced.ts";
import { genSpecial } from "../../../lib/smoke/probes/gen_special.ts";
import { genSystem } from "../../../lib/smoke/probes/gen_system.ts";
import { genThinkLeak } from "../../../lib/smoke/probes/gen_think_leak.ts";
import { genThinkOff } from "../../../lib/smoke/probes/gen_think_off.ts";
import { genUtf8 } from "../../../lib/smoke/probes/gen_utf8.ts";
import { type ProbeCase, testProbes } from "../../support/probe_cases.ts";
import type { Dialect } from "../../support/scripted/mod.ts";

const DIALECTS: readonly Dialect[] = ["ollama", "llama_cpp", "openai"];

/** What makes owllm see a thinker: the list of Ollama, the template of llama.cpp. */
const THINKER = { capabilities: ["completion", "thinking"], template: "<think>" } as const;

testProbes(
  DIALECTS.flatMap((dialect) =>
    [genSpecial, genLoop, genSystem, genSchema, genSchemaForced].map((probe): ProbeCase => ({
      probe,
      when: "when the server is healthy",
      on: { dialect },
      status: "pass",
    }))
  ),
);

testProbes(
  (["ollama", "llama_cpp"] as const).flatMap((dialect) =>
    [genSystem, genSchema, genThinkLeak, genThinkOff].map((probe): ProbeCase => ({
      probe,
      when: "when a healthy model thinks",
      on: { dialect, ...THINKER },
      status: "pass",
    }))
  ),
);

testProbes([
  ...DIALECTS.map((dialect): ProbeCase => ({
    probe: genUtf8,
    when: "when the server cuts characters",
    on: { dialect, fault: "split_utf8" },
    status: "fail",
    diagnosis: /The server cuts characters at chunk joints: \d+ times U\+FFFD .*none in the plain/,
    fix: /install\.sh|llama-server|Update/,
  })),
  ...DIALECTS.map((dialect): ProbeCase => ({
    probe: genUtf8,
    when: "when half characters are sent",
    on: { dialect, fault: "raw_half_characters" },
    status: "fail",
    diagnosis: /bytes that are no UTF-8/,
    fix: /install\.sh|llama-server|Update/,
    measured: { invalid_utf8: true },
  })),
  {
    probe: genUtf8,
    when: "when the model itself writes broken bytes",
    on: { dialect: "ollama", fault: "writes_broken_bytes" },
    status: "warn",
    diagnosis: /The model itself writes broken characters/,
    fix: /pull qwen2\.5-coder/,
  },
  {
    probe: genUtf8,
    when: "when the model writes ASCII only",
    on: { dialect: "llama_cpp", fault: "ascii_only" },
    status: "skip",
    diagnosis: /no character beyond ASCII: "Uni nihon"/,
  },
  {
    probe: genUtf8,
    when: "when a weak model writes the text under a schema",
    on: { dialect: "ollama", fault: "ascii_in_words" },
    status: "pass",
    measured: { by_schema: true, pieces: "5/5" },
  },
  {
    probe: genUtf8,
    when: "when only the text under a schema shows the cut",
    on: { dialect: "llama_cpp", fault: "ascii_in_words_and_split" },
    status: "fail",
    diagnosis: /cuts characters at chunk joints: .*which the schema forbids/,
    fix: /llama-server/,
    measured: { by_schema: true },
  },
  {
    probe: genUtf8,
    when: "when the model changes the text",
    on: { dialect: "openai", fault: "changes_text" },
    status: "warn",
    diagnosis: /arrive whole, but the model did not repeat the text: 2 of 5/,
    fix: /instruct model/,
  },
  {
    probe: genSpecial,
    when: "when template tokens leak",
    on: { dialect: "ollama", fault: "leaked_tokens" },
    status: "fail",
    diagnosis: /leak into 3 of 3 answers: <\|im_end\|> <\|im_start\|>/,
    fix:
      /printf 'FROM scripted:7b\\nPARAMETER stop "<\|im_end\|>"\\n' \| .*ollama create scripted-7b-stop -f \/dev\/stdin$/,
    measured: { passed_of: "0/3", k: 0, n: 3 },
  },
  {
    probe: genSpecial,
    when: "when they leak once",
    on: { dialect: "llama_cpp", fault: "leaks_once" },
    status: "warn",
    diagnosis: /1 of 3 answers: <\/s>/,
    fix: /--jinja$/,
    measured: { passed_of: "2/3" },
  },
  {
    probe: genLoop,
    when: "when the model always loops",
    on: { dialect: "ollama", fault: "loops" },
    status: "fail",
    diagnosis: /loops at temperature 0 and at 0\.7 \("the owl sees/,
    fix: /PARAMETER repeat_penalty 1\.1/,
  },
  {
    probe: genLoop,
    when: "when only greedy decoding loops",
    on: { dialect: "llama_cpp", fault: "loops_when_greedy" },
    status: "warn",
    diagnosis: /At temperature 0 the model loops .*, at 0\.7 it does not/,
    fix: /--repeat-penalty 1\.1/,
  },
  ...DIALECTS.map((dialect): ProbeCase => ({
    probe: genSystem,
    when: "when the template drops the system prompt",
    on: { dialect, fault: "drops_system" },
    status: "fail",
    diagnosis: /The template drops the system prompt: a longer one adds 0 prompt tokens/,
    fix: /owllm fix|--chat-template-file|chat template/,
    measured: { passed_of: "0/3", system_reaches_model: false },
  })),
  {
    probe: genSystem,
    when: "when the model disobeys",
    on: { dialect: "ollama", fault: "disobeys_system" },
    status: "fail",
    diagnosis:
      /The model obeyed the system prompt in 0 of 3 answers, which does reach it \(\+\d+ tokens\): "No\."/,
    fix: /pull qwen2\.5-coder/,
    measured: { system_reaches_model: true },
  },
  {
    probe: genSystem,
    when: "when the model disobeys once",
    on: { dialect: "openai", fault: "disobeys_once" },
    status: "warn",
    diagnosis: /2 of 3 answers/,
    fix: /instruct model/,
    measured: { passed_of: "2/3", k: 2, n: 3 },
  },
  ...DIALECTS.map((dialect): ProbeCase => ({
    probe: genSchema,
    when: "when the schema is ignored",
    on: { dialect, fault: "ignores_schema" },
    status: "fail",
    diagnosis: /does not enforce the JSON schema: the answer is not JSON|cut at the token limit/,
    fix: /install\.sh|--jinja|json_schema/,
  })),
  {
    probe: genSchema,
    when: "when the object does not fit",
    on: { dialect: "vllm", fault: "schema_misfit" },
    status: "fail",
    diagnosis: /"color" does not fit the schema/,
    fix: /--structured-outputs-config/,
  },
  {
    probe: genSchema,
    when: "when the JSON is cut",
    on: { dialect: "llama_cpp", fault: "schema_cut" },
    status: "fail",
    diagnosis: /the JSON is cut at the token limit: "\{"color"/,
    fix: /--jinja/,
  },
  {
    probe: genSchema,
    when: "when only the stream ignores it",
    on: { dialect: "ollama", fault: "stream_ignores_schema" },
    status: "warn",
    diagnosis: /holds in a plain answer and breaks in a stream/,
    fix: /install\.sh/,
    measured: { plain: "valid" },
  },
  {
    probe: genSchema,
    when: "when it holds with thinking only",
    on: { dialect: "ollama", fault: "schema_needs_thinking", ...THINKER },
    status: "warn",
    diagnosis: /breaks with thinking off .* and holds with thinking on/,
    fix: /"think":true/,
    measured: { with_thinking: "valid" },
  },
  {
    probe: genSchemaForced,
    when: "when the schema is only a hint",
    on: { dialect: "openai", fault: "schema_is_hint" },
    status: "warn",
    diagnosis: /only a hint here, decoding is not constrained/,
    fix: /constrains decoding/,
    measured: { enforced: false },
  },
  {
    probe: genThinkLeak,
    when: "when thoughts leak",
    on: { dialect: "ollama", fault: "thinking_leak", ...THINKER },
    status: "warn",
    diagnosis: /Thoughts leak into the answer: <think>/,
    fix: /install\.sh/,
    measured: { leaked_mark: "<think>", separate_thinking: false },
  },
  {
    probe: genThinkLeak,
    when: "when thoughts leak",
    on: { dialect: "vllm", fault: "thinking_leak", model: "Qwen/Qwen3-8B" },
    status: "warn",
    diagnosis: /<think>/,
    fix: /--reasoning-parser qwen3$/,
  },
  {
    probe: genThinkLeak,
    when: "for a model that does not think",
    on: { dialect: "ollama" },
    status: "skip",
    diagnosis: /does not think/,
  },
  {
    probe: genThinkOff,
    when: "when no way works",
    on: { dialect: "llama_cpp", fault: "thinks_always", ...THINKER },
    status: "warn",
    diagnosis:
      /No way to switch thinking off works .*think_false: still thinks, 120 tokens.*\+120 tokens/,
    fix: /--reasoning-budget 0$/,
    measured: { extra_tokens: 120 },
  },
  {
    probe: genThinkOff,
    when: "by the way that works",
    on: { dialect: "ollama", fault: "only_no_think_in_prompt", ...THINKER },
    status: "pass",
    measured: { knob: "no_think_in_prompt" },
  },
]);

Deno.test("mostRepeated() counts passages, not words", () => {
  assert.equal(mostRepeated("the owl sees the owl and ".repeat(3)).times, 0);
  assert.ok(mostRepeated("```\n\n".repeat(40)).times > 3);
  const prose = Array.from({ length: 300 }, (_, i) => `word${i}`).join(" the ");
  assert.equal(mostRepeated(prose).times, 1);
});

Deno.test("withoutThoughts() drops fences, also one that never closes", () => {
  assert.equal(withoutThoughts("<think>\n\n</think>\n391"), "391");
  assert.equal(withoutThoughts("<think>17 times"), "");
  assert.equal(withoutThoughts("[THINK]hm[/THINK]391"), "391");
});
