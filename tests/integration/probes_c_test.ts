/**
 * Group C against the real Ollama and llama.cpp. What SmolLM2 recalls is its own affair; what is
 * loaded, cut, refused and reused is the server's, and must be told right.
 */
import assert from "node:assert/strict";
import { systemClock } from "../../lib/core/mod.ts";
import { createProvider, type ServerKind } from "../../lib/models/mod.ts";
import { createProbeContext } from "../../lib/smoke/context.ts";
import type { ProbeResult, SmokeSettings } from "../../lib/smoke/probe.ts";
import { PROBES_C } from "../../lib/smoke/probes/list_c.ts";
import { runProbes } from "../../lib/smoke/runner.ts";
import { realLlamaCpp, realOllama, type RealServer, testWith } from "../support/real_parts.ts";
import { TEST_SETTINGS } from "../support/run_probe.ts";

/** A context so small that prompts past it are read within seconds. */
const SMALL_CONTEXT = 512;

async function smoke(
  kind: Exclude<ServerKind, "builtin">,
  { url, model }: RealServer,
  settings: Partial<SmokeSettings>,
): Promise<(id: string) => ProbeResult> {
  const results = new Map<string, ProbeResult>();
  const context = createProbeContext({
    server: { kind, baseUrl: url, version: undefined },
    model,
    settings: {
      ...TEST_SETTINGS,
      agentContextTokens: SMALL_CONTEXT,
      stallTimeoutMs: 60_000,
      requestTimeoutMs: 120_000,
      ...settings,
    },
    provider: await createProvider({ kind, baseUrl: url }, systemClock),
    compat: kind === "ollama"
      ? await createProvider({ kind: "openai_compatible", baseUrl: url }, systemClock)
      : undefined,
    clock: systemClock,
    signal: new AbortController().signal,
    results,
  });
  for await (const _ of runProbes(PROBES_C, context, results));
  return (id) => {
    const result = results.get(id);
    assert.ok(result, id);
    assert.notEqual(result.status, "fail", JSON.stringify(result));
    return result;
  };
}

/** The model saw what was sent, whatever it made of it. */
function assertWhole({ measured, diagnosis }: ProbeResult): void {
  const real = Number(measured["real_tokens"]);
  assert.ok(real > 0.8 * SMALL_CONTEXT && real < SMALL_CONTEXT, JSON.stringify(measured));
  if (diagnosis !== undefined) assert.match(diagnosis, /no longer finds/);
}

testWith("PROBES_C tell the truth of a real Ollama", await realOllama(), async (server) => {
  const result = await smoke("ollama", server, { contextTokens: SMALL_CONTEXT });
  assert.equal(result("ctx.declared").measured["loaded_tokens"], SMALL_CONTEXT);
  assertWhole(result("ctx.real"));
  // The server's default, not what owllm asked for.
  assert.ok(Number(result("ctx.real").measured["v1_loaded_tokens"]) > SMALL_CONTEXT);
  assert.equal(result("ctx.kv_reuse").status, "pass", JSON.stringify(result("ctx.kv_reuse")));
  const { status, measured } = result("ctx.overflow");
  assert.equal(status, "pass");
  assert.equal(measured["silent_by_default"], true);
  assert.equal(measured["refused_with_truncate_false"], true);
  assert.ok(Number(measured["seen_tokens"]) <= SMALL_CONTEXT);
});

testWith("PROBES_C tell the truth of a real llama.cpp", await realLlamaCpp(), async (server) => {
  const result = await smoke("llama_cpp", server, {});
  assert.equal(result("ctx.declared").status, "pass");
  assertWhole(result("ctx.real"));
  assert.equal(result("ctx.kv_reuse").status, "pass");
  assert.ok(Number(result("ctx.kv_reuse").measured["cached_tokens"]) > 0);
  const { status, measured } = result("ctx.overflow");
  assert.equal(status, "pass");
  assert.equal(measured["status"], 400);
});
