/** Group E, speed: first token, tokens per second, cold load, silence of a stream. */
import { perfCold } from "../../../lib/smoke/probes/perf_cold.ts";
import { perfStall } from "../../../lib/smoke/probes/perf_stall.ts";
import { perfTps } from "../../../lib/smoke/probes/perf_tps.ts";
import { perfTtft } from "../../../lib/smoke/probes/perf_ttft.ts";
import { faulty, type ProbeCase, testProbes } from "../../support/probe_cases.ts";
import type { Dialect } from "../../support/scripted/mod.ts";
import { loadsSlowly, prefillsAt } from "../../support/scripted/faults/e.ts";

testProbes(
  (["ollama", "llama_cpp", "vllm"] as const satisfies readonly Dialect[]).flatMap((dialect) =>
    [perfTtft, perfTps, perfStall].map((probe): ProbeCase => ({
      probe,
      when: "when the server is healthy",
      on: { dialect, tokensPerSecond: 400 },
      status: "pass",
    }))
  ),
);

testProbes([
  {
    probe: perfTtft,
    when: "with the server's own speed of prefill",
    on: { dialect: "ollama" },
    status: "pass",
    measured: { prefill_source: "server", repeats: 3, ttft_scaled: false },
  },
  {
    probe: perfTtft,
    when: "with our own time where the server tells none",
    on: { dialect: "openai" },
    status: "pass",
    measured: { prefill_source: "client", repeats: 3 },
  },
  ...([
    ["ollama", /^OLLAMA_HOST=\S+ OLLAMA_FLASH_ATTENTION=1 OLLAMA_NUM_PARALLEL=1 ollama serve$/],
    ["llama_cpp", /^llama-server -m \S+ --port \d+ -ngl 99 -fa on -b 2048 -ub 1024 --jinja$/],
    ["vllm", /^vllm serve scripted:7b --port \d+ --enable-prefix-caching/],
    ["lm_studio", /^lms unload scripted:7b; lms load scripted:7b --gpu max$/],
  ] as const).map(([dialect, fix]): ProbeCase => ({
    probe: perfTtft,
    when: "when the first token is late",
    on: { dialect, latencyMs: 150, settings: { ttftBudgetMs: 100 } },
    status: "warn",
    diagnosis: /new prompt of 1000 tokens takes 0\.\d s where 0\.1 s are bearable \(prefill \d/,
    fix,
  })),
  {
    probe: perfTtft,
    when: "when the prefill is slow",
    on: {
      dialect: "openai",
      fault: prefillsAt(4000),
      settings: { ttftBudgetMs: 100 },
    },
    status: "warn",
    diagnosis: /takes 0\.[2-9] s where 0\.1 s are bearable \(prefill [1-5]\d{3}(\.\d)? tok\/s\)/,
    fix: /whole model on the GPU/,
  },
  {
    probe: perfTps,
    when: "with the server's own speed and the cost of a step",
    on: { dialect: "ollama", before: [perfTtft] },
    status: "pass",
    // 4,096 tokens at 2,000 tok/s and 200 at 50.
    measured: { decode_tok_s: 50, decode_tokens: 128, source: "server", step_s: 6 },
  },
  faulty(perfTps, "ollama", "slow_decode", "warn", {
    diagnosis:
      /generates 5 tok\/s on this machine where an agent needs 8: 200 tokens of one step take 40 s/,
    fix: /^OLLAMA_HOST=\S+ ollama pull qwen2\.5-coder:1\.5b && owllm smoke model/,
    // A slow engine is not asked for the long answer.
    measured: { decode_tok_s: 5, decode_tokens: 32, source: "server", step_s: null },
  }),
  faulty(perfTps, "llama_cpp", "slow_decode", "warn", {
    diagnosis: /generates 5 tok\/s/,
    fix: /^llama-server -m \S+ --port \d+ -ngl 99 -fa on --jinja$/,
  }),
  {
    probe: perfTps,
    when: "by our own clock where the server tells no time",
    on: { dialect: "vllm", tokensPerSecond: 60, settings: { minDecodeTokS: 100 } },
    status: "warn",
    diagnosis: /generates [2-6]\d(\.\d)? tok\/s on this machine where an agent needs 100/,
    fix: /^vllm serve Qwen\/Qwen2\.5-Coder-1\.5B-Instruct/,
    measured: { source: "client" },
  },
  faulty(perfTps, "openai", "no_usage", "skip", { diagnosis: /does not count the tokens/ }),
  faulty(perfTps, "ollama", "empty_answer", "skip", { diagnosis: /ended after 0 tokens/ }),
  {
    probe: perfCold,
    when: "when the model is back at once",
    on: { dialect: "ollama" },
    status: "pass",
    measured: { load_ms: 20, size_bytes: 4_683_073_184, source: "server" },
  },
  {
    probe: perfCold,
    when: "when only a cold model loads slowly",
    on: { dialect: "ollama", fault: loadsSlowly() },
    status: "warn",
    diagnosis: /Loading the model takes 45 s where 20 s are bearable \(104\.1 MB\/s\)/,
    fix: /^curl -sN http:\S+\/api\/chat .*"keep_alive":-1/,
    measured: { load_ms: 45_000 },
  },
  faulty(perfCold, "ollama", "cannot_unload", "skip", { diagnosis: /the model is in use/ }),
  {
    probe: perfCold,
    when: "when the server cannot unload",
    on: { dialect: "llama_cpp" },
    status: "skip",
    diagnosis: /no call that unloads a model/,
  },
  {
    probe: perfStall,
    when: "when the first byte comes late",
    on: { dialect: "ollama", latencyMs: 400 },
    status: "warn",
    diagnosis: /silent for 0\.[4-5] s at a prompt of \d,\d{3} tokens: proxies/,
    fix: /^OWLLM_SMOKE_STALL_TIMEOUT_MS=120000 owllm smoke model scripted:7b$/,
  },
  faulty(perfStall, "vllm", "hang_before_first_byte", "warn", {
    diagnosis: /silent for 0\.6 s at a prompt of 8,000 tokens/,
    fix: /OWLLM_SMOKE_STALL_TIMEOUT_MS/,
  }),
  faulty(perfStall, "ollama", "hang_mid_stream", "warn", {
    diagnosis: /silent for 0\.6 s/,
    fix: /OWLLM_SMOKE_STALL_TIMEOUT_MS/,
    measured: { longest_gap_ms: 600 },
  }),
]);
