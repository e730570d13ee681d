import assert from "node:assert/strict";
import { systemClock } from "../../lib/core/mod.ts";
import {
  createDerived,
  createProvider,
  deleteModel,
  type ModelProvider,
} from "../../lib/models/mod.ts";
import { createProbeContext } from "../../lib/smoke/context.ts";
import {
  applyDerivation,
  buildReport,
  FAMILY_TEMPLATES,
  planFix,
  type ProbeReport,
} from "../../lib/smoke/mod.ts";
import { genBasic } from "../../lib/smoke/probes/gen_basic.ts";
import { metaCaps } from "../../lib/smoke/probes/meta_caps.ts";
import { runProbes } from "../../lib/smoke/runner.ts";
import { reportedRun } from "../smoke/report_samples.ts";
import { realOllama, testWith } from "../support/real_parts.ts";
import { TEST_SETTINGS } from "../support/run_probe.ts";

const ollama = await realOllama();
const signal = new AbortController().signal;

/** A conversation with a system prompt, two calls in one turn, and a result. */
const CONVERSATION = [
  { role: "system", content: "Be short" },
  { role: "user", content: "Weather in Oslo and Rome?" },
  {
    role: "assistant",
    content: "",
    tool_calls: ["Oslo", "Rome"].map((city) => ({
      function: { name: "get_weather", arguments: { city } },
    })),
  },
  { role: "tool", content: "98F", tool_name: "get_weather" },
];

const TOOL = {
  type: "function",
  function: {
    name: "get_weather",
    description: "Weather of a city",
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  },
};

/** The prompt that Ollama would give to the model; it has a switch for that. */
async function rendered(url: string, model: string): Promise<string> {
  const response = await fetch(`${url}/api/chat`, {
    method: "POST",
    body: JSON.stringify({
      model,
      messages: CONVERSATION,
      tools: [TOOL],
      stream: false,
      _debug_render_only: true,
    }),
  });
  const body = await response.json();
  return body._debug_info.rendered_template;
}

testWith(
  "FAMILY_TEMPLATES bring tools, calls and results to the model on a real Ollama",
  ollama,
  async ({ url, model }) => {
    for (const [family, { template, stop }] of Object.entries(FAMILY_TEMPLATES)) {
      const name = `owllm-test-${family}`;
      await createDerived(url, { model: name, from: model, template, parameters: { stop } });
      try {
        const provider = await createProvider({ kind: "ollama", baseUrl: url }, systemClock);
        assert.ok((await provider.describe(name))?.capabilities?.includes("tools"), family);
        const prompt = await rendered(url, name);
        for (
          const part of [
            "Be short",
            '"required":["city"]',
            '{"city":"Oslo"}',
            '{"city":"Rome"}',
            "98F",
          ]
        ) {
          assert.equal(prompt.split(part).length, 2, `${family}: "${part}" once in:\n${prompt}`);
        }
      } finally {
        await deleteModel(url, name);
      }
    }
  },
);

async function smoke(provider: ModelProvider, model: string): Promise<readonly ProbeReport[]> {
  const results = new Map();
  const settings = { ...TEST_SETTINGS, stallTimeoutMs: 60_000, requestTimeoutMs: 120_000 };
  const server = { kind: provider.kind, baseUrl: provider.baseUrl, version: undefined };
  const base = { server, model, settings, provider, clock: systemClock, signal, results };
  for await (const _ of runProbes([metaCaps, genBasic], createProbeContext(base), results));
  return buildReport(reportedRun([...results.values()])).probes;
}

testWith(
  "applyDerivation() gives a real model tools and loses nothing",
  ollama,
  async ({ url, model }) => {
    const bare = "owllm-test-bare";
    const template = "<|im_start|>user\n{{ .Prompt }}<|im_end|>\n<|im_start|>assistant\n";
    await createDerived(url, { model: bare, from: model, template, parameters: {} });
    try {
      const provider = await createProvider({ kind: "ollama", baseUrl: url }, systemClock);
      const before = await smoke(provider, bare);
      const description = await provider.describe(bare);
      const { cure } = planFix({
        kind: "ollama",
        baseUrl: url,
        model: bare,
        probes: before,
        description,
        agentContextTokens: 16_384,
      });
      assert.ok(cure.kind === "modelfile");
      const { derivation } = cure;
      const again = (name: string) => smoke(provider, name);
      const done = await applyDerivation({ provider, derivation, before, smoke: again, signal });
      try {
        assert.equal(done.kept, true, JSON.stringify(done));
        assert.ok(done.cured.includes("meta.caps"));
      } finally {
        if (done.kept) await deleteModel(url, done.model);
      }
    } finally {
      await deleteModel(url, bare);
    }
  },
);
