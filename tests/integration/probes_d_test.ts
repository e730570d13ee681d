/**
 * Group D against the real Ollama and llama.cpp. A small model need not call tools well; which of
 * the causes it is must be told rightly, because each has another cure.
 */
import assert from "node:assert/strict";
import { systemClock } from "../../lib/core/mod.ts";
import {
  createDerived,
  createProvider,
  deleteModel,
  type ServerKind,
} from "../../lib/models/mod.ts";
import { createProbeContext } from "../../lib/smoke/context.ts";
import type { ProbeResult } from "../../lib/smoke/probe.ts";
import { PROBES_D } from "../../lib/smoke/probes/list_d.ts";
import { runProbes } from "../../lib/smoke/runner.ts";
import { realLlamaCpp, realOllama, type RealServer, testWith } from "../support/real_parts.ts";
import { TEST_SETTINGS } from "../support/run_probe.ts";

async function smoke(kind: Exclude<ServerKind, "builtin">, { url, model }: RealServer) {
  const results = new Map<string, ProbeResult>();
  const context = createProbeContext({
    server: { kind, baseUrl: url, version: undefined },
    model,
    settings: { ...TEST_SETTINGS, stallTimeoutMs: 60_000, requestTimeoutMs: 120_000 },
    provider: await createProvider({ kind, baseUrl: url }, systemClock),
    compat: kind === "ollama"
      ? await createProvider({ kind: "openai_compatible", baseUrl: url }, systemClock)
      : undefined,
    clock: systemClock,
    signal: new AbortController().signal,
    results,
  });
  const probes = PROBES_D.filter(({ tier }) => tier !== "deep");
  for await (const _ of runProbes(probes, context, results));
  for (const result of results.values()) {
    assert.doesNotMatch(result.diagnosis ?? "", /owllm itself failed/, JSON.stringify(result));
  }
  const one = results.get("tool.one");
  assert.ok(one !== undefined);
  // Whatever the model's taste in tools: a call under a schema is valid on both servers.
  assert.ok(
    one.status !== "fail" || one.measured["constrained_call"] === true,
    JSON.stringify(one),
  );
  return { one, results };
}

testWith(
  "tool.one says of a real Ollama whose template has tools that the model saw them",
  await realOllama(),
  async (server) => {
    const { one, results } = await smoke("ollama", server);
    if (one.status === "fail") {
      assert.equal(one.measured["tools_reach_model"], true, JSON.stringify(one));
      assert.match(one.diagnosis ?? "", /property of the model|came back as text/);
    }
    assert.notEqual(results.get("tool.result")?.measured["result_reaches_model"], false);
    assert.match(results.get("tool.choice")?.diagnosis ?? "", /Ollama has no tool_choice/);
  },
);

testWith(
  "tool.one says of a real Ollama whose template lacks tools that it refuses them",
  await realOllama(),
  async ({ url, model }) => {
    const plain = "owllm-test-without-tools";
    const template = "{{ .Prompt }}";
    await createDerived(url, { model: plain, from: model, template, parameters: {} });
    const { one } = await smoke("ollama", { url, model: plain })
      .finally(() => deleteModel(url, plain));
    assert.equal(one.measured["refused"], true, JSON.stringify(one));
    assert.match(one.diagnosis ?? "", /does not support tools/);
    assert.equal(one.fix, `owllm fix ${plain} --apply`);
  },
);

testWith(
  "tool.one says of a real llama.cpp whose template lacks tools that they never reach the model",
  await realLlamaCpp(),
  async (server) => {
    const { one } = await smoke("llama_cpp", server);
    assert.equal(one.status, "fail", JSON.stringify(one));
    assert.equal(one.measured["tools_reach_model"], false);
    assert.match(one.fix ?? "", /--jinja --chat-template-file/);
  },
);
