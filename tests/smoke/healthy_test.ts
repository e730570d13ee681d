/**
 * A healthy server of every kind turns every probe of every tier green; what is not judged is
 * listed here with its reason, so that a probe that quietly stops judging is seen.
 */
import assert from "node:assert/strict";
import { systemClock } from "../../lib/core/mod.ts";
import { createProvider, type ServerKind } from "../../lib/models/mod.ts";
import { probesOfTier, runSmoke } from "../../lib/smoke/mod.ts";
import type { ProbeResult } from "../../lib/smoke/mod.ts";
import { TEST_SETTINGS } from "../support/run_probe.ts";
import {
  type ScriptedServerOptions,
  startScriptedServer,
  THINKING_MODEL,
} from "../support/scripted/mod.ts";

const NO_THOUGHTS: Readonly<Record<string, RegExp>> = {
  "gen.think_leak": /does not think/,
  "gen.think_off": /does not think/,
  "tool.with_think": /does not think/,
};
const NO_TEMPLATE = { "meta.caps": /Only for ollama, llama_cpp/ };
const NO_QUANTIZATION = { "meta.quant": /does not tell the quantization/ };
const NO_CONTEXT = {
  "ctx.declared": /does not tell its context length/,
  "ctx.overflow": /does not tell its context length/,
};
/** Only Ollama tells and does these. */
const NO_MEMORY = {
  "perf.cold": /no call that unloads/,
  "perf.spill": /does not tell where the model lies/,
  "perf.keepalive": /Only for ollama/,
};
const NO_TOOL_CHOICE = { "tool.choice": /has no tool_choice and ignores it/ };

interface HealthyCase {
  readonly name: string;
  readonly on: ScriptedServerOptions;
  /** Probes that are not judged here, and why. */
  readonly skipped: Readonly<Record<string, RegExp>>;
}

const CASES: readonly HealthyCase[] = [
  {
    name: "Ollama",
    on: { dialect: "ollama" },
    skipped: { ...NO_THOUGHTS, ...NO_TOOL_CHOICE },
  },
  {
    name: "Ollama with a model that thinks",
    on: { dialect: "ollama", ...THINKING_MODEL },
    skipped: NO_TOOL_CHOICE,
  },
  { name: "llama.cpp", on: { dialect: "llama_cpp" }, skipped: { ...NO_THOUGHTS, ...NO_MEMORY } },
  {
    name: "llama.cpp with a model that thinks",
    on: { dialect: "llama_cpp", ...THINKING_MODEL },
    skipped: NO_MEMORY,
  },
  {
    name: "vLLM",
    on: { dialect: "vllm" },
    skipped: { ...NO_THOUGHTS, ...NO_TEMPLATE, ...NO_MEMORY, ...NO_QUANTIZATION },
  },
  {
    name: "vLLM with a model that thinks",
    on: { dialect: "vllm", ...THINKING_MODEL },
    skipped: { ...NO_TEMPLATE, ...NO_MEMORY, ...NO_QUANTIZATION },
  },
  {
    name: "LM Studio",
    on: { dialect: "lm_studio" },
    skipped: { ...NO_THOUGHTS, ...NO_TEMPLATE, ...NO_MEMORY },
  },
  {
    name: "any other /v1",
    on: { dialect: "openai" },
    skipped: { ...NO_THOUGHTS, ...NO_TEMPLATE, ...NO_MEMORY, ...NO_QUANTIZATION, ...NO_CONTEXT },
  },
];

for (const { name, on, skipped } of CASES) {
  Deno.test(`runSmoke() finds nothing to complain about in a healthy ${name}`, async () => {
    const results = await smoke(on);
    const expected = ({ id, status, diagnosis }: ProbeResult) =>
      status === "pass" || (status === "skip" && skipped[id]?.test(diagnosis ?? ""));
    assert.deepEqual(results.filter((result) => !expected(result)), []);
    const notJudged = results.filter(({ status }) => status === "skip").map(({ id }) => id);
    assert.deepEqual(
      notJudged.sort(),
      Object.keys(skipped).sort(),
    );
  });
}

async function smoke(on: ScriptedServerOptions): Promise<readonly ProbeResult[]> {
  await using scripted = await startScriptedServer(on);
  const kind: Exclude<ServerKind, "builtin"> = on.dialect === "openai"
    ? "openai_compatible"
    : on.dialect;
  const baseUrl = scripted.url;
  const model = scripted.options.model;
  const compat = kind === "ollama"
    ? await createProvider({ kind: "openai_compatible", baseUrl }, systemClock)
    : undefined;
  const { results } = await runSmoke({
    modelId: model,
    model,
    server: { kind, baseUrl, version: scripted.options.version },
    provider: await createProvider({ kind, baseUrl }, systemClock),
    compat,
    probes: [...probesOfTier("deep")],
    settings: TEST_SETTINGS,
    owllmVersion: "0.0.0",
    clock: systemClock,
    signal: new AbortController().signal,
  });
  return results;
}
