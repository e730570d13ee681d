import assert from "node:assert/strict";
import { ROOT } from "../support/sources.ts";
import { openTestState, withTempDir } from "../support/state.ts";

const WRITERS = 8;
const RUNS = 12;
const PROBES = 20;

function startWriter(dir: string, runs: number, probes: number): Deno.ChildProcess {
  const script = new URL("tests/support/state_writer.ts", ROOT).pathname;
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "-A", script, dir, String(runs), String(probes)],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

Deno.test("eight processes that start at once and write lose nothing and are never locked out", () =>
  withTempDir(async (dir) => {
    const writers = Array.from({ length: WRITERS }, () => startWriter(`${dir}/s`, RUNS, PROBES));
    const ends = await Promise.all(writers.map((writer) => writer.output()));
    for (const { code, stderr } of ends) {
      assert.equal(code, 0, new TextDecoder().decode(stderr));
    }
    using state = await openTestState(`${dir}/s`);
    const runs = state.smokeRuns.list(undefined, WRITERS * RUNS + 1);
    assert.equal(runs.length, WRITERS * RUNS);
    for (const { status, probes } of runs) {
      assert.equal(status, "pass");
      assert.deepEqual(probes.map(({ seq }) => seq), Array.from({ length: PROBES }, (_, i) => i));
    }
    assert.equal((await state.check()).ok, true);
  }));

Deno.test("what a writer has acknowledged survives kill -9", () =>
  withTempDir(async (dir) => {
    const writer = startWriter(`${dir}/s`, 1, 1_000_000);
    let said = "";
    const decoder = new TextDecoder();
    for await (const chunk of writer.stdout) {
      said += decoder.decode(chunk, { stream: true });
      if (said.split("\n").length > 200) break;
    }
    writer.kill("SIGKILL");
    await writer.stderr.cancel();
    assert.equal((await writer.status).signal, "SIGKILL");
    const [id = "", ...acknowledged] = said.slice(0, said.lastIndexOf("\n")).split("\n");
    assert.ok(acknowledged.length >= 198);
    using state = await openTestState(`${dir}/s`);
    const run = state.smokeRuns.get(id) ?? assert.fail("the run is gone");
    assert.equal(run.status, "interrupted");
    const kept = new Set(run.probes.map(({ seq }) => `${id} ${seq}`));
    for (const line of acknowledged) assert.ok(kept.has(line), line);
    assert.equal((await state.check()).ok, true);
  }));
