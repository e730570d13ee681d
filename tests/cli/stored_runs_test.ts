import assert from "node:assert/strict";
import { runOwllm } from "../support/run_owllm.ts";
import { openTestState, withTempDir } from "../support/state.ts";

/** Stores two runs of `smollm2`: the newer one on another server version and slower. */
async function storeTwo(dir: string): Promise<string[]> {
  using state = await openTestState(dir);
  return ["0.17.3", "0.17.4"].map((serverVersion, index) => {
    const id = state.smokeRuns.start({
      modelId: "smollm2",
      kind: "ollama",
      baseUrl: "http://127.0.0.1:11434",
      serverVersion,
      tier: "quick",
      owllmVersion: "0.1.0",
    });
    const common = { group: "E", tier: "quick", ms: 5 } as const;
    state.smokeRuns.addProbe(id, 0, {
      ...common,
      id: "perf.tps",
      status: index === 0 ? "pass" : "warn",
      measured: { decode_tok_s: index === 0 ? 40 : 5 },
      ...(index === 0 ? {} : { diagnosis: "Slow\x1b[2J", fix: "lower  num_ctx" }),
    });
    state.smokeRuns.finish(id, { status: index === 0 ? "pass" : "warn", profile: null });
    return id;
  });
}

Deno.test("smoke history lists the runs of a model, the newest first", async () => {
  await withTempDir(async (dir) => {
    const [older, newer] = await storeTwo(dir);
    const text = await runOwllm(["smoke", "history", "smollm2", "--state", dir]);
    assert.equal(text.code, 0, text.stderr);
    assert.match(text.stdout, new RegExp(`warn {2}${newer}\n.*0.17.4.*decode 5 tok/s\n.*${older}`));
    const one = await runOwllm([
      "smoke",
      "history",
      "smollm2",
      "--limit",
      "1",
      "--json",
      "--state",
      dir,
    ]);
    const { runs } = JSON.parse(one.stdout);
    assert.deepEqual(runs.map(({ run_id }: { run_id: string }) => run_id), [newer]);
    assert.deepEqual(runs[0].numbers, { "perf.tps": { decode_tok_s: 5 } });
  });
});

Deno.test("smoke diff compares the last two runs, or two by id", async () => {
  await withTempDir(async (dir) => {
    const [older = "", newer = ""] = await storeTwo(dir);
    const text = await runOwllm(["smoke", "diff", "smollm2", "--state", dir]);
    assert.equal(text.code, 0, text.stderr);
    assert.match(text.stdout, /server {2}ollama 0\.17\.3 -> ollama 0\.17\.4/);
    assert.match(text.stdout, /pass -> warn {2}perf\.tps\n {4}Slow\uFFFD\[2J\nlower {2}num_ctx\n/);
    assert.match(text.stdout, /perf\.tps decode {2}40 tok\/s -> 5 tok\/s {2}-87 %/);
    const back = await runOwllm(["smoke", "diff", newer, older, "--json", "--state", dir]);
    assert.equal(JSON.parse(back.stdout).changed[0].better, true);
  });
});

Deno.test("smoke history and diff say what is stored when a name is wrong", async () => {
  await withTempDir(async (dir) => {
    const [older = ""] = await storeTwo(dir);
    const wrong = await runOwllm(["smoke", "history", "smolm2", "--state", dir]);
    assert.equal(wrong.code, 2);
    assert.match(wrong.stderr, /No smoke of "smolm2" is stored \(did you mean "smollm2"\?\)/);
    const run = await runOwllm(["smoke", "diff", older, "smoke_x", "--state", dir]);
    assert.equal(run.code, 2);
    assert.match(run.stderr, /No smoke run "smoke_x"/);
    const limit = await runOwllm(["smoke", "history", "smollm2", "--limit", "0", "--state", dir]);
    assert.equal(limit.code, 2);
    assert.match(limit.stderr, /"0" is no number of runs/);
  });
});
