/** Group E, resources: graphics card, keep-alive, parallel requests, cancelling, embeddings. */
import { embBasic } from "../../../lib/smoke/probes/emb_basic.ts";
import { perfCancel } from "../../../lib/smoke/probes/perf_cancel.ts";
import { perfKeepalive } from "../../../lib/smoke/probes/perf_keepalive.ts";
import { perfParallel } from "../../../lib/smoke/probes/perf_parallel.ts";
import { perfSpill } from "../../../lib/smoke/probes/perf_spill.ts";
import { perfTtft } from "../../../lib/smoke/probes/perf_ttft.ts";
import { hasGraphicsCard } from "../../../lib/smoke/probes/_shared/graphics_card.ts";
import { faulty, type ProbeCase, testProbes } from "../../support/probe_cases.ts";
import { prefillsAt } from "../../support/scripted/faults/e.ts";

const GPU = await hasGraphicsCard();

testProbes([
  {
    probe: perfSpill,
    when: "when all of it is on the graphics card",
    on: { dialect: "ollama" },
    status: "pass",
    measured: { gpu_percent: 100 },
  },
  {
    probe: perfSpill,
    when: "when none of it is on a graphics card",
    on: { dialect: "ollama", gpuShare: 0 },
    status: GPU ? "warn" : "pass",
    ...(GPU ? { diagnosis: /runs on the CPU although/, fix: /journalctl -u ollama/ } : {}),
    measured: { gpu_percent: 0 },
  },
  {
    probe: perfSpill,
    when: "when a smaller context would fit",
    on: { dialect: "ollama", gpuShare: 0.9 },
    status: "warn",
    diagnosis:
      /^10 % of the model run on the CPU with a context of 32,768 tokens; about 20,480 tokens would fit$/,
    fix: /^printf 'FROM scripted:7b\\nPARAMETER num_ctx 20480\\n' \| .*create scripted-7b-20k/,
    measured: { gpu_percent: 90, fits_tokens: 20_480 },
  },
  {
    probe: perfSpill,
    when: "when what would fit is too little for the agent",
    on: { dialect: "ollama", gpuShare: 0.85 },
    status: "warn",
    diagnosis: /15 % .*about 15,360 tokens would fit/,
    fix:
      /OLLAMA_FLASH_ATTENTION=1 OLLAMA_KV_CACHE_TYPE=q8_0 OLLAMA_CONTEXT_LENGTH=16384 ollama serve$/,
  },
  {
    probe: perfSpill,
    when: "when the weights alone do not fit",
    on: { dialect: "ollama", gpuShare: 0.38 },
    status: "fail",
    diagnosis: /62 % of the model run on the CPU.*the weights alone do not fit/,
    fix: /ollama pull qwen2\.5-coder:1\.5b/,
    measured: { gpu_percent: 38, fits_tokens: 0 },
  },
  {
    probe: perfSpill,
    when: "when the server does not tell",
    on: { dialect: "llama_cpp" },
    status: "skip",
    diagnosis: /does not tell where the model lies/,
  },
  {
    probe: perfKeepalive,
    when: "when the model stays for 5 minutes",
    on: { dialect: "ollama" },
    status: "pass",
    measured: { keep_alive_s: 300 },
  },
  {
    probe: perfKeepalive,
    when: "when the model stays for ever",
    on: { dialect: "ollama", keepAliveMinutes: 1e8 },
    status: "pass",
    measured: { keep_alive_s: null, keeps_loaded: "for ever" },
  },
  {
    probe: perfKeepalive,
    when: "when the model goes after half a minute",
    on: { dialect: "ollama", keepAliveMinutes: 0.5 },
    status: "warn",
    diagnosis: /unloaded after a pause of 30 s/,
    fix: /OLLAMA_KEEP_ALIVE=30m ollama serve$/,
    measured: { keep_alive_s: 30 },
  },
  faulty(perfKeepalive, "ollama", "unloads_at_once", "warn", {
    diagnosis: /unloaded as soon as it has answered/,
    fix: /OLLAMA_KEEP_ALIVE=30m ollama serve$/,
  }),
  {
    probe: perfKeepalive,
    when: "at a server that never unloads",
    on: { dialect: "vllm" },
    status: "skip",
    diagnosis: /Only for ollama/,
  },
]);

testProbes([
  ...(["ollama", "llama_cpp", "vllm"] as const).map((dialect): ProbeCase => ({
    probe: perfParallel,
    when: "when four are answered at once",
    on: { dialect, slots: 4, tokensPerSecond: 200 },
    status: "pass",
    measured: { at_once: 4, own_nonce: "6/6" },
  })),
  {
    probe: perfParallel,
    when: "when two are answered at once",
    on: { dialect: "ollama", slots: 2, tokensPerSecond: 200 },
    status: "pass",
    measured: { at_once: 2 },
  },
  ...([
    ["ollama", /OLLAMA_NUM_PARALLEL=4 ollama serve$/],
    // `-c` is divided among the slots.
    ["llama_cpp", /-np 4 -c 65536/],
    ["lm_studio", /lms load scripted:7b --parallel 4$/],
  ] as const).map(([dialect, fix]): ProbeCase => ({
    probe: perfParallel,
    when: "when requests are queued",
    on: { dialect, slots: 1, tokensPerSecond: 300 },
    status: "warn",
    diagnosis: /4 requests at once are answered one after the other: \d/,
    fix,
    measured: { at_once: 1, own_nonce: "6/6" },
  })),
  ...(["ollama", "vllm"] as const).map((dialect) =>
    faulty(perfParallel, dialect, "cross_talk", "fail", {
      on: { tokensPerSecond: 200 },
      diagnosis: /mixed up: the request with [A-Z]+\d+ was answered with [A-Z]+\d+ of another one/,
      fix: dialect === "ollama" ? /OLLAMA_NUM_PARALLEL=1 ollama serve$/ : /--max-num-seqs 1$/,
    })
  ),
  faulty(perfParallel, "ollama", "loops", "pass", { measured: { own_nonce: "not judged" } }),
  faulty(perfParallel, "openai", "refuses_a_second_request", "warn", {
    on: { latencyMs: 100 },
    diagnosis: /refuses requests while it is at work: .*server busy/,
    fix: /with 4 slots/,
  }),
]);

/** Real speeds: a ghost must last longer than what noise explains. */
const PATIENT = { stallTimeoutMs: 20_000, requestTimeoutMs: 20_000 } as const;

testProbes([
  ...(["ollama", "llama_cpp", "openai"] as const).map((dialect): ProbeCase => ({
    probe: perfCancel,
    when: "when cancelling frees the slot",
    on: { dialect, slots: 1, tokensPerSecond: 50 },
    status: "pass",
  })),
  faulty(perfCancel, "ollama", "ghost_generation", "fail", {
    on: { slots: 1, tokensPerSecond: 50 },
    diagnosis:
      /cancelled after its first token goes on as a ghost: the next request had no first token after 1(\.\d)? s .*llama\.cpp#24496, ollama#11889/,
    fix: /ollama stop scripted:7b$/,
    measured: { next_first_ms: null },
  }),
  faulty(perfCancel, "llama_cpp", "ghost_generation", "fail", {
    on: { slots: 4, tokensPerSecond: 50 },
    diagnosis: /ghost: its slot was still busy after 2 s .*llama\.cpp#24496/,
    fix: /^llama-server -m \S+ --port \d+ -np 2 --jinja$/,
    measured: { slot_free_ms: null },
  }),
  {
    probe: perfCancel,
    when: "when a cancelled prefill ends",
    on: { dialect: "ollama", before: [perfTtft], fault: prefillsAt(2000), settings: PATIENT },
    status: "pass",
  },
  ...([
    ["ollama", /ollama stop scripted:7b$/],
    ["llama_cpp", /-b 512 -ub 512 --jinja$/],
  ] as const).map(([dialect, fix]): ProbeCase => ({
    probe: perfCancel,
    when: "when a cancelled prefill goes on",
    on: {
      dialect,
      before: [perfTtft],
      fault: prefillsAt(2000, { goesOn: true }),
      settings: PATIENT,
    },
    status: "warn",
    diagnosis: /prefill of \d,\d{3} tokens that was cancelled goes on: .*ollama#11889/,
    fix,
  })),
  faulty(perfCancel, "ollama", "empty_answer", "skip", { diagnosis: /ends its answer before/ }),
]);

testProbes([
  ...(["ollama", "vllm", "openai"] as const).map((dialect): ProbeCase => ({
    probe: embBasic,
    when: "when vectors are right",
    on: { dialect },
    status: "pass",
    measured: { dimensions: 64, single_equals_batch: 1, base64_equals_float: 1 },
  })),
  faulty(embBasic, "llama_cpp", "no_embeddings", "skip", {
    diagnosis:
      /No embeddings from this model: .*501.*For embeddings: llama-server -m EMBEDDING\.gguf .*--embeddings/,
  }),
  faulty(embBasic, "ollama", "no_embeddings", "fail", {
    on: { capabilities: ["embedding"] },
    diagnosis: /is for embeddings and gives none/,
    fix: /ollama pull nomic-embed-text$/,
  }),
  ...([
    ["single_differs_from_batch", /alone gets another vector than in a batch/],
    ["base64_of_doubles", /asked for as base64 are not the floats: cosine 0/],
    ["same_vector_for_all", /do not tell near from far: cosine 1 for the same meaning, 1 for/],
    ["dimensions_vary", /3 texts gave 3 vectors of 64, 63 dimensions/],
  ] as const).flatMap(([fault, diagnosis]) => [
    faulty(embBasic, "vllm", fault, "warn", {
      diagnosis,
      fix: /^vllm serve BAAI\/bge-small-en-v1\.5 --port \d+ --runner pooling$/,
    }),
    faulty(embBasic, "ollama", fault, "fail", {
      on: { capabilities: ["embedding"] },
      diagnosis,
      fix: /ollama pull nomic-embed-text$/,
    }),
  ]),
]);
