/** Group C, the context: what is declared, what is real, what is reused, what lies past its end. */
import { ctxDeclared } from "../../../lib/smoke/probes/ctx_declared.ts";
import { ctxKvReuse } from "../../../lib/smoke/probes/ctx_kv_reuse.ts";
import { ctxOverflow } from "../../../lib/smoke/probes/ctx_overflow.ts";
import { ctxReal } from "../../../lib/smoke/probes/ctx_real.ts";
import { ctxToolsSurvive } from "../../../lib/smoke/probes/ctx_tools_survive.ts";
import { genUsage } from "../../../lib/smoke/probes/gen_usage.ts";
import { type ProbeCase, testProbes } from "../../support/probe_cases.ts";
import type { Dialect } from "../../support/scripted/mod.ts";

const QUICK = { tier: "quick" } as const;

testProbes(
  (["ollama", "llama_cpp", "vllm"] as const satisfies readonly Dialect[]).flatMap((dialect) =>
    [ctxDeclared, ctxReal, ctxToolsSurvive].map((probe): ProbeCase => ({
      probe,
      when: "when the server is healthy",
      on: { dialect, settings: QUICK },
      status: "pass",
    }))
  ),
);

testProbes([
  {
    probe: ctxReal,
    when: "when the server is healthy, up to the agent's context",
    on: { dialect: "llama_cpp", settings: { tier: "deep", agentContextTokens: 16_384 } },
    status: "pass",
  },
  {
    probe: ctxDeclared,
    when: "when the server loads its small default",
    on: { dialect: "ollama", contextTokens: 4096 },
    status: "fail",
    diagnosis:
      /4,096 tokens of context are loaded where an agent needs 16,384 tokens \(the weights can 32,768/,
    fix: /^OLLAMA_HOST=127\.0\.0\.1:\d+ OLLAMA_CONTEXT_LENGTH=16384 ollama serve$/,
    measured: { declared_tokens: 32_768, loaded_tokens: 4096, wanted_tokens: 16_384 },
  },
  {
    probe: ctxDeclared,
    when: "when the Modelfile fixes a small context",
    on: { dialect: "ollama", contextTokens: 4096, fault: "num_ctx_in_modelfile" },
    status: "fail",
    diagnosis: /needs 16,384 tokens, because num_ctx in the Modelfile says so/,
    fix: /^printf 'FROM scripted:7b\\nPARAMETER num_ctx 16384\\n' \| .*ollama create/,
    measured: { limit_from: "modelfile" },
  },
  {
    probe: ctxDeclared,
    when: "when a small context was asked for",
    on: { dialect: "ollama", settings: { contextTokens: 8192 } },
    status: "warn",
    diagnosis: /8,192 tokens of context are loaded .*, because so many were asked for by --context/,
    fix: /^owllm smoke model scripted:7b --context 16384$/,
    measured: { limit_from: "request" },
  },
  {
    probe: ctxDeclared,
    when: "when /v1 has just loaded the small default and owllm asks for more",
    on: {
      dialect: "ollama",
      contextTokens: 4096,
      before: [genUsage],
      settings: { contextTokens: 16_384 },
    },
    status: "pass",
    measured: { loaded_tokens: 16_384 },
  },
  {
    probe: ctxReal,
    when: "when /v1 ignores the num_ctx that owllm gets",
    on: { dialect: "ollama", contextTokens: 4096, settings: { ...QUICK, contextTokens: 16_384 } },
    status: "warn",
    diagnosis:
      /Clients of Ollama's \/v1 get a context of 4,096 tokens where owllm gets 16,384 tokens: \/v1 ignores num_ctx/,
    fix: /num_ctx 16384\\n' \| .*ollama create scripted-7b-16k/,
    measured: { native_status: "pass", v1_loaded_tokens: 4096 },
  },
  {
    probe: ctxReal,
    when: "when /v1 gets no less than what owllm asks for",
    on: { dialect: "ollama", settings: { ...QUICK, contextTokens: 16_384 } },
    status: "pass",
    measured: { native_status: "pass", v1_loaded_tokens: 32_768 },
  },
  {
    probe: ctxDeclared,
    when: "when the server loads most of what is needed",
    on: { dialect: "llama_cpp", contextTokens: 12_288 },
    status: "warn",
    diagnosis: /12,288 tokens of context are loaded/,
    fix: /^llama-server -m \S+ --port \d+ -c 16384 -np 1 --jinja$/,
  },
  {
    probe: ctxDeclared,
    when: "when the server gives a quarter of it",
    on: { dialect: "vllm", contextTokens: 4096, settings: { agentContextTokens: 16_384 } },
    status: "fail",
    diagnosis: /4,096 tokens/,
    fix: /^vllm serve scripted:7b --port \d+ --max-model-len 16384$/,
  },
  {
    probe: ctxDeclared,
    when: "when the weights were made for less",
    on: { dialect: "ollama", contextTokens: 8192, trainedTokens: 8192 },
    status: "warn",
    diagnosis: /the weights were made for 8,192 tokens only/,
    fix: /pull qwen2\.5-coder:7b/,
  },
  {
    probe: ctxDeclared,
    when: "when the server does not tell",
    on: { dialect: "openai" },
    status: "skip",
    diagnosis: /does not tell its context length/,
  },
  {
    probe: ctxReal,
    when: "when prompts are cut at 2,051 tokens with status 200",
    on: { dialect: "ollama", fault: "context_cut_2051", settings: QUICK },
    status: "fail",
    diagnosis: /cut silently, with status 200: of about 6,000 tokens the model saw 2,051/,
    fix:
      /^printf 'FROM scripted:7b\\nPARAMETER num_ctx 16384\\n' \| .*ollama create scripted-7b-16k -f/,
    measured: { real_tokens: 2051 },
  },
  {
    probe: ctxReal,
    when: "when already the first prompt is cut",
    on: { dialect: "vllm", fault: "context_cut_1024", settings: QUICK },
    status: "fail",
    diagnosis:
      /of about 6,000 tokens the model saw 1,024|of about 2,000 tokens the model saw 1,024/,
    fix: /--max-model-len 16384/,
    measured: { real_tokens: 1024 },
  },
  {
    probe: ctxReal,
    when: "when a prompt within the declared context is refused",
    on: { dialect: "llama_cpp", fault: "refuses_long", settings: QUICK },
    status: "fail",
    diagnosis: /within what the server declares, is refused: .*413.*input too large/,
    fix: /-c 16384/,
  },
  {
    probe: ctxReal,
    when: "when the model forgets what it was given whole",
    on: { dialect: "ollama", fault: "forgets_far_back", settings: QUICK },
    status: "warn",
    diagnosis: /reach the model, but it no longer finds what stands in their first line/,
    fix: /^ollama pull qwen2\.5-coder:7b/,
    measured: { recalled_short: true, recalled_long: false, recalled_tokens: 0 },
  },
  {
    probe: ctxReal,
    when: "when the model forgets only what lies very far back",
    on: { dialect: "llama_cpp", fault: "forgets_past_8k", settings: { tier: "deep" } },
    status: "warn",
    diagnosis: /no longer finds what stands in their first line/,
    fix: /^owllm smoke model scripted:7b --context [67]\d\d\d$/,
    measured: { recalled_short: true, recalled_long: false },
  },
  {
    probe: ctxReal,
    when: "when the server counts no tokens",
    on: { dialect: "openai", fault: "no_usage", settings: QUICK },
    status: "skip",
    diagnosis: /does not count prompt tokens/,
  },
  {
    probe: ctxReal,
    when: "and finds the limit by bisection",
    on: { dialect: "llama_cpp", fault: "context_cut_2051", settings: { tier: "deep" } },
    status: "fail",
    diagnosis: /cut silently/,
    fix: /-c 16384/,
  },
  {
    probe: ctxKvReuse,
    when: "when the prefix is kept",
    on: { dialect: "ollama" },
    status: "pass",
  },
  {
    probe: ctxKvReuse,
    when: "when the cache can only grow",
    on: { dialect: "ollama", fault: "sliding_window" },
    status: "pass",
  },
  {
    probe: ctxKvReuse,
    when: "when the context is smaller than its usual prefix",
    on: { dialect: "vllm", contextTokens: 1024 },
    status: "pass",
  },
  {
    probe: ctxKvReuse,
    when: "when the server counts cached tokens",
    on: { dialect: "llama_cpp" },
    status: "pass",
  },
  {
    probe: ctxKvReuse,
    when: "when the cache is never used",
    on: { dialect: "ollama", fault: "no_kv_cache" },
    status: "warn",
    diagnosis:
      /The same prefix is prefilled again \(\d+.* ms after \d+.* ms\): each step of an agent costs about \d/,
    fix: /OLLAMA_NUM_PARALLEL=1/,
  },
  {
    probe: ctxKvReuse,
    when: "when the cache is never used",
    on: { dialect: "llama_cpp", fault: "no_kv_cache" },
    status: "warn",
    diagnosis: /prefilled again/,
    fix: /--cache-reuse 256/,
  },
  {
    probe: ctxOverflow,
    when: "when the server refuses with 400",
    on: { dialect: "llama_cpp", contextTokens: 2048 },
    status: "pass",
    measured: { status: 400, silent_by_default: false },
  },
  {
    probe: ctxOverflow,
    when: "when Ollama cuts by default but obeys truncate:false",
    on: { dialect: "ollama", contextTokens: 2048 },
    status: "pass",
    measured: { silent_by_default: true, refused_with_truncate_false: true, seen_tokens: 1026 },
  },
  {
    probe: ctxOverflow,
    when: "when the server cuts without a word",
    on: { dialect: "ollama", contextTokens: 2048, fault: "cuts_even_when_forbidden" },
    status: "fail",
    diagnosis: /2,662 tokens into a context of 2,048 tokens gave status 200 and no word/,
    fix: /OLLAMA_CONTEXT_LENGTH=4096/,
  },
  {
    probe: ctxOverflow,
    when: "when the server fails instead of refusing",
    on: { dialect: "vllm", contextTokens: 2048, fault: "overflow_500" },
    status: "warn",
    diagnosis: /fail with status 500 instead of 400: .*runner crashed/,
    fix: /--max-model-len 4096/,
  },
  {
    probe: ctxToolsSurvive,
    when: "when tools fall out of a cut window",
    on: { dialect: "ollama", fault: "context_cut_1024" },
    status: "fail",
    diagnosis:
      /The tools fall out of the window: of about [\d,]+ tokens only 1,024 tokens reach the model/,
    fix: /num_ctx 16384/,
  },
  {
    probe: ctxToolsSurvive,
    when: "when the model forgets its tools in a long conversation",
    on: { dialect: "llama_cpp", fault: "calls_only_when_short" },
    status: "fail",
    diagnosis: /no longer calls the tool that it calls with a short prompt/,
    fix: /-c 16384/,
  },
  {
    probe: ctxToolsSurvive,
    when: "when the model never calls",
    on: { dialect: "vllm", fault: "never_calls_tools" },
    status: "skip",
    diagnosis: /no such call with a short prompt either/,
  },
]);
