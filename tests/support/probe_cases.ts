import assert from "node:assert/strict";
import type { Probe, ProbeResult, ProbeStatus } from "../../lib/smoke/probe.ts";
import { runProbe, type RunProbeOptions } from "./run_probe.ts";

/** One way in which a probe must judge. */
export interface ProbeCase {
  readonly probe: Probe;
  /** How the server is, as the end of the test's name: "when the stream has no [DONE]". */
  readonly when: string;
  readonly on: RunProbeOptions;
  readonly status: ProbeStatus;
  /** The essential part of the diagnosis; not for a pass. */
  readonly diagnosis?: RegExp;
  /** The essential part of the line to paste; for warn and fail. */
  readonly fix?: RegExp;
  /** Measured values that matter. */
  readonly measured?: Readonly<Record<string, unknown>>;
}

/** A case of a server with one fault. `on`: what else differs from a healthy one. */
export function faulty(
  probe: Probe,
  dialect: RunProbeOptions["dialect"],
  fault: string,
  status: ProbeStatus,
  { on = {}, ...expected }: Partial<Pick<ProbeCase, "diagnosis" | "fix" | "measured">> & {
    readonly on?: Partial<RunProbeOptions>;
  },
): ProbeCase {
  return { probe, when: `at ${fault}`, on: { dialect, fault, ...on }, status, ...expected };
}

/** Registers a test for every case. */
export function testProbes(cases: readonly ProbeCase[]): void {
  for (const one of cases) {
    const dialect = one.on.dialect;
    Deno.test(`${one.probe.id} ${VERBS[one.status]} ${one.when} (${dialect})`, async () => {
      check(one, await runProbe(one.probe, one.on));
    });
  }
}

const VERBS: Readonly<Record<ProbeStatus, string>> = {
  pass: "passes",
  warn: "warns",
  fail: "fails",
  skip: "skips",
};

function check(expected: ProbeCase, result: ProbeResult): void {
  const said = JSON.stringify(result);
  assert.equal(result.status, expected.status, said);
  if (expected.diagnosis !== undefined) assert.match(result.diagnosis ?? "", expected.diagnosis);
  if (expected.fix !== undefined) assert.match(result.fix ?? "", expected.fix);
  for (const [name, value] of Object.entries(expected.measured ?? {})) {
    assert.deepEqual(result.measured[name], value, `${name} in ${said}`);
  }
  if (result.status === "pass") return;
  assert.doesNotMatch(result.diagnosis ?? "", /owllm itself failed/);
  if (result.status !== "skip") {
    assert.ok(expected.diagnosis && expected.fix, "the case must say which diagnosis and fix");
    assert.doesNotMatch(result.fix ?? "", /\n|undefined/);
  }
}
