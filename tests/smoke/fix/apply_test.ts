import assert from "node:assert/strict";
import { OwllmError, systemClock } from "../../../lib/core/mod.ts";
import { createProvider, type ModelProvider } from "../../../lib/models/mod.ts";
import { createProbeContext } from "../../../lib/smoke/context.ts";
import { applyDerivation, buildReport, planFix, type ProbeReport } from "../../../lib/smoke/mod.ts";
import { genBasic } from "../../../lib/smoke/probes/gen_basic.ts";
import { metaCaps } from "../../../lib/smoke/probes/meta_caps.ts";
import { runProbes } from "../../../lib/smoke/runner.ts";
import { TEST_SETTINGS } from "../../support/run_probe.ts";
import {
  type ScriptedServer,
  type ScriptedServerOptions,
  startScriptedServer,
} from "../../support/scripted/mod.ts";
import { probe, reportedRun } from "../report_samples.ts";

const MODEL = "scripted:7b";
const signal = new AbortController().signal;

/** The results of the real probes `gen.basic` and `meta.caps`. */
async function smoke(provider: ModelProvider, model: string): Promise<readonly ProbeReport[]> {
  const results = new Map();
  const server = { kind: provider.kind, baseUrl: provider.baseUrl, version: undefined };
  const context = createProbeContext({
    server,
    model,
    settings: TEST_SETTINGS,
    provider,
    clock: systemClock,
    signal,
    results,
  });
  for await (const _ of runProbes([genBasic, metaCaps], context, results));
  return buildReport(reportedRun([...results.values()])).probes;
}

/** Smokes, plans and applies against a scripted server. */
async function apply(
  options: Omit<ScriptedServerOptions, "dialect">,
  more: readonly ProbeReport[],
  judge: (done: Awaited<ReturnType<typeof applyDerivation>>, server: ScriptedServer) => void,
): Promise<void> {
  await using server = await startScriptedServer({ dialect: "ollama", ...options });
  const provider = await createProvider({ kind: "ollama", baseUrl: server.url }, systemClock);
  const before = [...await smoke(provider, MODEL), ...more];
  const description = await provider.describe(MODEL);
  const { cure } = planFix({
    kind: "ollama",
    baseUrl: server.url,
    model: MODEL,
    probes: before,
    description,
    agentContextTokens: 16_384,
  });
  assert.ok(cure.kind === "modelfile", "a cure was planned");
  const { derivation } = cure;
  const again = async (model: string) => {
    assert.equal(model, "scripted-7b-owllm");
    assert.ok(server.derived.has(model), "the derived model is smoked while it is there");
    return [
      ...await smoke(provider, model),
      ...more.map((one) => ({ ...one, status: "pass" as const })),
    ];
  };
  judge(await applyDerivation({ provider, derivation, before, smoke: again, signal }), server);
}

const SMALL = buildReport(reportedRun([
  probe("ctx.declared", "fail", { measured: { loaded_tokens: 4096 } }),
])).probes;

Deno.test("applyDerivation() keeps a model that gained tools and lost nothing", async () => {
  const bare = { capabilities: ["completion"], template: "<|im_start|>{{ .Prompt }}" };
  await apply(bare, [], (done, server) => {
    assert.deepEqual(done, {
      model: "scripted-7b-owllm",
      kept: true,
      cured: ["meta.caps"],
      lost: [],
    });
    assert.match(server.derived.get("scripted-7b-owllm")?.template ?? "", /\.Tools/);
  });
});

Deno.test("applyDerivation() sends the context and keeps what worked", async () => {
  await apply({}, SMALL, (done, server) => {
    assert.deepEqual([done.kept, done.cured], [true, ["ctx.declared"]]);
    const made = server.derived.get("scripted-7b-owllm");
    assert.deepEqual(made?.parameters, { num_ctx: 16_384 });
    assert.equal(made?.template, undefined, "a template that works is not replaced");
  });
});

Deno.test("applyDerivation() removes a derived model that lost its tools", async () => {
  await apply({ fault: "derived_loses_tools" }, SMALL, (done, server) => {
    assert.equal(done.kept, false);
    assert.deepEqual(done.lost.map(({ what }) => what), ["capability tools", "meta.caps"]);
    assert.equal(server.derived.size, 0);
  });
});

Deno.test("applyDerivation() removes the derived model when its smoke breaks off", async () => {
  await using server = await startScriptedServer({ dialect: "ollama" });
  const provider = await createProvider({ kind: "ollama", baseUrl: server.url }, systemClock);
  const derivation = { model: "mine", from: MODEL, parameters: { num_ctx: 8192 } };
  const broken = () => Promise.reject(new OwllmError({ code: "interrupted", message: "Stopped" }));
  const options = { provider, derivation, before: SMALL, smoke: broken, signal };
  await assert.rejects(applyDerivation(options), /Stopped/);
  assert.equal(server.derived.size, 0);
});

Deno.test("applyDerivation() never overwrites a model of that name", async () => {
  await using server = await startScriptedServer({ dialect: "ollama" });
  const kept = { from: MODEL, template: "precious", parameters: {} };
  server.derived.set("mine", kept);
  const provider = await createProvider({ kind: "ollama", baseUrl: server.url }, systemClock);
  const derivation = { model: "mine", from: MODEL, parameters: { num_ctx: 8192 } };
  const none = () => Promise.resolve([]);
  await assert.rejects(
    applyDerivation({ provider, derivation, before: SMALL, smoke: none, signal }),
    /There is a model "mine" already/,
  );
  assert.equal(server.derived.get("mine"), kept);
});
