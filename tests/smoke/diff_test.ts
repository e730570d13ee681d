import assert from "node:assert/strict";
import { diffRuns } from "../../lib/smoke/mod.ts";
import type { SmokeProbeRecord, SmokeRunRecord } from "../../lib/state/mod.ts";

function run(
  probes: readonly Partial<SmokeProbeRecord>[],
  more: Partial<SmokeRunRecord> = {},
): SmokeRunRecord {
  return {
    id: "smoke_a",
    modelId: "m",
    kind: "ollama",
    baseUrl: "http://127.0.0.1:11434",
    serverVersion: "0.17.3",
    tier: "quick",
    owllmVersion: "0.1.0",
    startedAt: "2026-11-21T07:40:00.000Z",
    finishedAt: "2026-11-21T07:40:20.000Z",
    status: "pass",
    profile: null,
    probes: probes.map((probe, seq) => ({
      seq,
      id: "gen.basic",
      group: "B",
      tier: "quick",
      status: "pass",
      ms: 1,
      measured: {},
      diagnosis: null,
      fix: null,
      ...probe,
    })),
    ...more,
  };
}

Deno.test("diffRuns() finds changed statuses and says whether they are better", () => {
  const cases = [
    ["pass", "fail", false],
    ["fail", "warn", true],
    ["warn", "pass", true],
    ["pass", "skip", null],
  ] as const;
  for (const [from, to, better] of cases) {
    const diff = diffRuns(run([{ status: from }]), run([{ status: to, diagnosis: "d", fix: "f" }]));
    assert.deepEqual(diff.changed, [
      { id: "gen.basic", from, to, better, diagnosis: "d", fix: "f" },
    ]);
  }
  assert.deepEqual(diffRuns(run([{}]), run([{}])).changed, []);
});

Deno.test("diffRuns() shows numbers that moved by more than 20 %", () => {
  const cases: [
    key: string,
    from: number,
    to: number,
    expected: [number | null, boolean | null] | null,
  ][] = [
    ["decode_tok_s", 40, 48, null], // Exactly 20 %.
    ["decode_tok_s", 40, 50, [25, true]],
    ["decode_tok_s", 40, 10, [-75, false]],
    ["ttft_ms", 400, 900, [125, false]],
    ["ttft_ms", 900, 400, [-56, true]],
    ["ttft_ms", 4, 12, null], // Noise of the machine.
    ["real_tokens", 16384, 2051, [-87, false]],
    ["k", 3, 2, [-33, false]],
    ["size_bytes", 0, 5, [null, null]],
  ];
  for (const [key, from, to, expected] of cases) {
    const { moved } = diffRuns(
      run([{ measured: { [key]: from } }]),
      run([{ measured: { [key]: to } }]),
    );
    const wanted = expected === null
      ? []
      : [{ id: "gen.basic", key, from, to, percent: expected[0], better: expected[1] }];
    assert.deepEqual(moved, wanted, `${key} ${from} -> ${to}`);
  }
});

Deno.test("diffRuns() names a new server, new probes and lost ones", () => {
  const diff = diffRuns(
    run([{ id: "a.x" }, { id: "a.y" }]),
    run([{ id: "a.y" }, { id: "a.z" }], { id: "smoke_b", serverVersion: "0.17.4" }),
  );
  assert.deepEqual(diff.server_changed, { from: "ollama 0.17.3", to: "ollama 0.17.4" });
  assert.deepEqual(diff.added, ["a.z"]);
  assert.deepEqual(diff.lost, ["a.x"]);
  assert.equal(diff.b.run_id, "smoke_b");
  assert.equal(diffRuns(run([]), run([])).server_changed, null);
});
