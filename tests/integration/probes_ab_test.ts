/**
 * Groups A and B against the real Ollama and llama.cpp: what the protocol demands must be green,
 * what a small model does with words may be of any colour but must be told as the model's doing.
 */
import assert from "node:assert/strict";
import { systemClock } from "../../lib/core/mod.ts";
import { createProvider, type ServerKind } from "../../lib/models/mod.ts";
import { createProbeContext } from "../../lib/smoke/context.ts";
import type { ProbeResult } from "../../lib/smoke/probe.ts";
import { PROBES_AB } from "../../lib/smoke/probes/list_ab.ts";
import { runProbes } from "../../lib/smoke/runner.ts";
import { realLlamaCpp, realOllama, type RealServer, testWith } from "../support/real_parts.ts";
import { TEST_SETTINGS } from "../support/run_probe.ts";

/** Judged by the protocol alone, so green on a healthy server whatever the model. */
const PROTOCOL = [
  "srv.reach",
  "srv.kind",
  "model.exists",
  "err.unknown_model",
  "meta.quant",
  "api.params",
  "gen.stream",
  "gen.usage",
  "gen.max_tokens",
  "gen.stop",
  "gen.roles",
  "gen.utf8",
  "gen.schema",
  "gen.schema_forced",
];

/** Long texts that say nothing of the protocol. */
const TOO_SLOW_FOR_TESTS = ["gen.special", "gen.loop"];

async function smoke(
  kind: Exclude<ServerKind, "builtin">,
  { url, model }: RealServer,
): Promise<Map<string, ProbeResult>> {
  const provider = await createProvider({ kind, baseUrl: url }, systemClock);
  const results = new Map<string, ProbeResult>();
  const context = createProbeContext({
    server: { kind, baseUrl: url, version: undefined },
    model,
    settings: { ...TEST_SETTINGS, stallTimeoutMs: 60_000, requestTimeoutMs: 120_000 },
    provider,
    compat: kind === "ollama"
      ? await createProvider({ kind: "openai_compatible", baseUrl: url }, systemClock)
      : undefined,
    clock: systemClock,
    signal: new AbortController().signal,
    results,
  });
  const probes = PROBES_AB.filter(({ id }) => !TOO_SLOW_FOR_TESTS.includes(id));
  for await (const _ of runProbes(probes, context, results));
  return results;
}

function check(results: ReadonlyMap<string, ProbeResult>): void {
  for (const result of results.values()) {
    const said = JSON.stringify(result);
    assert.doesNotMatch(result.diagnosis ?? "", /owllm itself failed/, said);
    if (PROTOCOL.includes(result.id)) assert.equal(result.status, "pass", said);
    if (result.status === "pass" || result.status === "skip") continue;
    assert.match(result.diagnosis ?? "", /\bmodel\b|\btemplate\b|temperature/, said);
  }
}

testWith(
  "PROBES_AB are green on a real Ollama where the protocol decides",
  await realOllama(),
  async (server) => {
    check(await smoke("ollama", server));
  },
);

testWith(
  "PROBES_AB are green on a real llama.cpp where the protocol decides",
  await realLlamaCpp(),
  async (server) => {
    check(await smoke("llama_cpp", server));
  },
);

Deno.test("PROBES_AB holds every probe of groups A and B once, A first", () => {
  const ids = PROBES_AB.map(({ id }) => id);
  assert.equal(new Set(ids).size, 23);
  assert.deepEqual(PROBES_AB.map(({ group }) => group).join(""), "A".repeat(8) + "B".repeat(15));
  assert.deepEqual(
    PROBES_AB.filter(({ fatal }) => fatal).map(({ id }) => id),
    ["srv.reach", "model.exists", "gen.basic"],
  );
});
