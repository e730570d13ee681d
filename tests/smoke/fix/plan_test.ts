import assert from "node:assert/strict";
import type { ModelDescription, ServerKind } from "../../../lib/models/mod.ts";
import { type FixInput, planFix, type ProbeReport } from "../../../lib/smoke/mod.ts";
import { probe } from "../report_samples.ts";

function report(...[id, status, more]: Parameters<typeof probe>): ProbeReport {
  const { diagnosis = null, fix = null, ...rest } = probe(id, status, more);
  return { ...rest, diagnosis, fix };
}

const SMALL = [
  report("gen.basic"),
  report("ctx.declared", "fail", { measured: { loaded_tokens: 4096 } }),
  report("ctx.real", "fail"),
];

function input(
  kind: ServerKind,
  probes: readonly ProbeReport[],
  description?: ModelDescription,
): FixInput {
  const baseUrl = kind === "builtin"
    ? ""
    : kind === "ollama"
    ? "http://127.0.0.1:11434"
    : "http://127.0.0.1:8080";
  return {
    kind,
    baseUrl,
    model: "qwen2.5-coder:7b",
    probes,
    description,
    agentContextTokens: 16_384,
  };
}

Deno.test("planFix() has nothing to do for a green run", () => {
  const plan = planFix(input("ollama", [report("gen.basic"), report("perf.spill", "skip")]));
  assert.deepEqual(plan, { cure: { kind: "none" }, lines: [], cures: [], rest: [] });
});

Deno.test("planFix() writes the cure of a small context for each kind of server", () => {
  const cases: [ServerKind, readonly string[]][] = [
    ["ollama", [
      "ollama create qwen2.5-coder-7b-owllm -f /dev/stdin <<'MODELFILE'",
      "FROM qwen2.5-coder:7b",
      "PARAMETER num_ctx 16384",
      "MODELFILE",
    ]],
    ["llama_cpp", ["llama-server -m MODEL.gguf --port 8080 -c 16384 -np 1"]],
    ["vllm", ["vllm serve qwen2.5-coder:7b --port 8080 --max-model-len 16384"]],
    ["lm_studio", [
      "lms unload qwen2.5-coder:7b; lms load qwen2.5-coder:7b --context-length 16384",
    ]],
    ["builtin", ["[builtin]", "context_tokens = 16384"]],
    ["openai_compatible", []],
  ];
  for (const [kind, lines] of cases) {
    const plan = planFix(input(kind, SMALL));
    assert.deepEqual(plan.lines, lines, kind);
    assert.equal(plan.rest.length, lines.length === 0 ? 2 : 0, kind);
  }
});

Deno.test("planFix() asks for no more context than the weights were trained for", () => {
  const plan = planFix(input("ollama", SMALL, { name: "m", contextTrained: 8192 }));
  assert.ok(plan.lines.includes("PARAMETER num_ctx 8192"));
  const loaded = report("ctx.declared", "warn", { measured: { loaded_tokens: 8192 } });
  const full = planFix(input("ollama", [loaded], { name: "m", contextTrained: 8192 }));
  assert.equal(full.cure.kind, "none", "more context than trained cures nothing");
  assert.equal(full.rest.length, 1);
});

Deno.test("planFix() brings a template only where there is none with tools, and keeps the stops", () => {
  const caps = [report("meta.caps", "warn"), report("tool.one", "fail")];
  const bare: ModelDescription = {
    name: "m",
    template: "{{ .Prompt }}<|im_start|>",
    modelfile: 'FROM x\nPARAMETER stop "<|im_end|>"\nPARAMETER stop END OF IT\n',
  };
  const plan = planFix(input("ollama", caps, bare));
  assert.equal(plan.cure.kind, "modelfile");
  if (plan.cure.kind !== "modelfile") return;
  assert.match(plan.cure.derivation.template ?? "", /range \.Tools[\s\S]*range \.ToolCalls/);
  assert.deepEqual(plan.cure.derivation.parameters["stop"], [
    "<|im_end|>",
    "END OF IT",
    "<|im_start|>",
  ]);
  assert.match(plan.cure.modelfile, /^FROM qwen2\.5-coder:7b\nPARAMETER stop "<\|im_end\|>"/);
  assert.deepEqual(plan.cures, ["meta.caps", "tool.one"]);

  const kept = [
    { ...bare, template: "{{ .Tools }}<|im_start|>" },
    { ...bare, modelfile: "FROM x\nRENDERER qwen3-coder\n" },
  ];
  for (const description of kept) {
    assert.equal(planFix(input("ollama", caps, description)).cure.kind, "none");
  }
  const stranger = {
    ...input("ollama", caps, { name: "m", template: "{{ .Prompt }}" }),
    model: "oddity",
  };
  assert.equal(planFix(stranger).cure.kind, "none", "no template is guessed for an unknown family");
});

Deno.test("planFix() adds a leaked end token to the stops", () => {
  const leak = report("gen.special", "fail", { measured: { tokens: "<|eot_id|> </s>" } });
  const plan = planFix(input("ollama", [leak]));
  assert.ok(plan.lines.includes('PARAMETER stop "<|eot_id|>"'));
  assert.ok(plan.lines.includes('PARAMETER stop "</s>"'));
});

Deno.test("planFix() turns on the parser of the family on llama.cpp and vLLM", () => {
  const sick = [report("tool.in_content", "fail"), report("gen.think_leak", "fail")];
  assert.deepEqual(planFix(input("llama_cpp", sick)).lines, [
    "llama-server -m MODEL.gguf --port 8080 --jinja --reasoning-format deepseek",
  ]);
  assert.match(
    planFix(input("vllm", sick)).lines[0] ?? "",
    /--enable-auto-tool-choice --tool-call-parser hermes --reasoning-parser qwen3$/,
  );
  const llama = { ...input("vllm", sick), model: "meta-llama/Llama-3.1-8B" };
  assert.match(planFix(llama).lines[0] ?? "", /--tool-call-parser llama3_json/);
});
