/** How a model works with tools: results, errors, chains, types, long and awkward texts, many tools. */
import assert from "node:assert/strict";
import { wilsonInterval } from "../../../lib/smoke/probes/_shared/wilson.ts";
import { toolChain } from "../../../lib/smoke/probes/tool_chain.ts";
import { toolEscape } from "../../../lib/smoke/probes/tool_escape.ts";
import { toolFlaky } from "../../../lib/smoke/probes/tool_flaky.ts";
import { toolIrrelevant } from "../../../lib/smoke/probes/tool_irrelevant.ts";
import { toolLongArgs } from "../../../lib/smoke/probes/tool_long_args.ts";
import { toolMany } from "../../../lib/smoke/probes/tool_many.ts";
import { toolOne } from "../../../lib/smoke/probes/tool_one.ts";
import { toolRecover } from "../../../lib/smoke/probes/tool_recover.ts";
import { toolResult } from "../../../lib/smoke/probes/tool_result.ts";
import { toolTypes } from "../../../lib/smoke/probes/tool_types.ts";
import { toolUnknown } from "../../../lib/smoke/probes/tool_unknown.ts";
import { faulty, testProbes } from "../../support/probe_cases.ts";

const UPGRADE = /install\.sh|git -C llama\.cpp pull|upgrade vllm|Update the server/;
const BIGGER = /qwen2\.5-coder|BIGGER\.gguf|Qwen2\.5-Coder|instruct model of 7B/;
const SEE_PROFILE = /^owllm models show scripted:7b$/;

testProbes([
  faulty(toolResult, "openai", "ignores_result", "fail", {
    diagnosis:
      /used the tool's result in 0 of 3 answers, although it reaches the model \(\+\d+ tokens\): it says "It is a fine day\." after a result of 98F/,
    fix: BIGGER,
    measured: { result_reaches_model: true },
  }),
  faulty(toolResult, "openai", "ignores_one_result", "warn", {
    diagnosis: /in 2 of 3 answers/,
    fix: BIGGER,
    measured: { k: 2, n: 3 },
  }),
  faulty(toolResult, "ollama", "calls_again", "fail", {
    diagnosis: /it calls get_weather\(\{"city":"Oslo"\}\) again/,
    fix: BIGGER,
  }),
  faulty(toolResult, "ollama", "drops_tool_role", "fail", {
    diagnosis: /template drops the tool's result: sixty more words in it add 0 prompt tokens/,
    fix: /^owllm fix/,
    measured: { result_reaches_model: false },
  }),
  faulty(toolResult, "openai", "never_calls_tools", "pass", {}),
  faulty(toolIrrelevant, "openai", "calls_always", "fail", {
    diagnosis: /where none fits, in 3 of 3 answers: get_weather\(.*\) for "Thanks!"/,
    fix: SEE_PROFILE,
    measured: { k: 0, n: 3 },
  }),
  faulty(toolIrrelevant, "ollama", "calls_when_thanked", "warn", {
    diagnosis: /in 1 of 3 answers/,
    fix: SEE_PROFILE,
    measured: { k: 2, restrained: false },
  }),
  faulty(toolIrrelevant, "openai", "never_calls_tools", "skip", {
    diagnosis: /makes no call \(tool\.one\)/,
    on: { before: [toolOne] },
  }),
  faulty(toolEscape, "ollama", "escapes_twice", "fail", {
    diagnosis: /is escaped twice .* in 3 of 3 calls/,
    fix: UPGRADE,
    measured: { k: 0 },
  }),
  faulty(toolEscape, "vllm", "html_entities", "fail", { diagnosis: /HTML entities/, fix: UPGRADE }),
  faulty(toolEscape, "openai", "null_characters", "fail", {
    diagnosis: /null or replacement characters/,
    fix: UPGRADE,
  }),
  faulty(toolEscape, "openai", "unescapes", "fail", {
    diagnosis: /unescaped once too often/,
    fix: UPGRADE,
  }),
  faulty(toolEscape, "openai", "arguments_broken", "fail", {
    diagnosis: /is no JSON \(llama\.cpp#16465\)/,
    fix: UPGRADE,
  }),
  faulty(toolEscape, "openai", "arguments_double_encoded", "fail", {
    diagnosis: /is encoded twice/,
    fix: UPGRADE,
  }),
  faulty(toolEscape, "openai", "forgets_tab", "warn", {
    diagnosis:
      /2 of 3 snippets arrive .* differs at character \d+: ".*print.*" instead of ".*\\tprint/,
    fix: BIGGER,
    measured: { k: 2 },
  }),
  faulty(toolEscape, "openai", "writes_half", "fail", {
    diagnosis: /0 of 3 snippets/,
    fix: BIGGER,
  }),
  faulty(toolLongArgs, "llama_cpp", "call_cut_by_length", "fail", {
    diagnosis: /cut after 1000 of \d+ bytes \(finish "length"\)/,
    fix: /reasoning-budget/,
  }),
  faulty(toolLongArgs, "openai", "writes_half", "fail", {
    diagnosis: /differs at character \d+/,
    fix: BIGGER,
  }),
  faulty(toolLongArgs, "openai", "escapes_twice", "fail", {
    diagnosis: /escaped twice/,
    fix: UPGRADE,
  }),
  faulty(toolLongArgs, "vllm", "stream_loses_call", "fail", {
    diagnosis: /No call came for a file of \d+ bytes/,
    fix: BIGGER,
  }),
  faulty(toolLongArgs, "vllm", "stream_loses_last_piece", "fail", {
    diagnosis: /not JSON with a content/,
    fix: UPGRADE,
  }),
  faulty(toolChain, "openai", "never_reads", "fail", {
    diagnosis: /0 of 3 chains .* step 1 was list_files\(.*\), then it said "It is a fine day\."/,
    fix: BIGGER,
  }),
  faulty(toolChain, "ollama", "lists_for_ever", "fail", {
    diagnosis: /step 5 was list_files.* no answer followed within 5 steps/,
    fix: BIGGER,
    measured: { calls: 15 },
  }),
  faulty(toolTypes, "openai", "numbers_as_text", "fail", {
    diagnosis: /0 of 3 calls have the types .*count is "5", hours is "1\.5"/,
    fix: BIGGER,
  }),
  faulty(toolTypes, "ollama", "no_arguments", "fail", {
    diagnosis: /required property/,
    fix: BIGGER,
  }),
  faulty(toolMany, "openai", "first_of_many", "warn", {
    diagnosis: /among 15 and no more \(5: 100 %, 15: 100 %, 30: 0 %\)/,
    fix: SEE_PROFILE,
    measured: { max_tools: 15 },
  }),
  faulty(toolMany, "openai", "first_of_five", "fail", {
    diagnosis: /5: 20 %, 15: 100 %/,
    fix: SEE_PROFILE,
    measured: { max_tools: 0 },
  }),
  faulty(toolMany, "openai", "always_first_tool", "fail", {
    diagnosis: /even among 5 similar ones/,
    fix: SEE_PROFILE,
    measured: { max_tools: 0 },
  }),
  faulty(toolUnknown, "openai", "repeats_unknown_tool", "fail", {
    diagnosis: /0 of 3 tries: it calls weather_now.*loop guard/,
    fix: BIGGER,
    measured: { repeats_unknown: 3 },
  }),
  faulty(toolUnknown, "openai", "ignores_one_result", "warn", {
    diagnosis: /2 of 3 tries: it says "It is a fine day\."/,
    fix: BIGGER,
  }),
  faulty(toolRecover, "openai", "repeats_wrong_path", "fail", {
    diagnosis: /0 of 3 tries: it repeats read_file.*config\.tom"/,
    fix: BIGGER,
    measured: { identical_repeats: 3 },
  }),
  faulty(toolRecover, "ollama", "ignores_result", "fail", {
    diagnosis: /0 of 3 tries: it says "It is a fine day\."/,
    fix: BIGGER,
  }),
  faulty(toolFlaky, "openai", "flaky_10_percent", "warn", {
    diagnosis:
      /18 of 20 calls are right \(95 % interval 70 % to 97 %\): at this rate 35 % of runs of 10 steps/,
    fix: BIGGER,
    measured: { k: 18, n: 20 },
  }),
  faulty(toolFlaky, "ollama", "flaky_50_percent", "fail", {
    diagnosis: /10 of 20 calls are right .* 0 % of runs/,
    fix: BIGGER,
  }),
  // A call in the words counts for what the model can do: only tool.in_content complains.
  faulty(toolEscape, "ollama", "call_tag", "pass", {}),
  faulty(toolChain, "ollama", "call_fenced", "pass", {}),
  faulty(toolTypes, "openai", "call_bare_json", "pass", {}),
]);

Deno.test("wilsonInterval() agrees with published values", () => {
  assert.deepEqual(wilsonInterval(17, 20), [0.64, 0.948]);
  assert.deepEqual(wilsonInterval(20, 20), [0.839, 1]);
  assert.deepEqual(wilsonInterval(0, 20), [0, 0.161]);
});
