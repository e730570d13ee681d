import assert from "node:assert/strict";
import { bareEnv, OWLLM_ARGS } from "../support/run_owllm.ts";
import { startScriptedServer } from "../support/scripted/mod.ts";
import { withTempDir } from "../support/state.ts";

/** Interrupts a smoke that waits for a slow answer; `times` signals at once. */
async function interrupt(times: number): Promise<{ code: number; stdout: string; ms: number }> {
  let end = { code: -1, stdout: "", ms: 0 };
  await withTempDir(async (dir) => {
    await using server = await startScriptedServer({ dialect: "ollama", latencyMs: 30_000 });
    const child = new Deno.Command(Deno.execPath(), {
      args: [...OWLLM_ARGS, "smoke", "model", "scripted:7b", "--state", dir],
      cwd: dir,
      env: { ...bareEnv(dir), OLLAMA_HOST: server.url.replace("http://", "") },
      clearEnv: true,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const reader = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
    let seen = "";
    while (!seen.includes("model.exists")) {
      const { value, done } = await reader.read();
      assert.equal(done, false, seen);
      seen += value;
    }
    const start = performance.now();
    child.kill("SIGINT");
    // SIGTERM takes the same way, and is not merged with a SIGINT that is still pending.
    if (times === 2) child.kill("SIGTERM");
    const [{ code }, stdout] = await Promise.all([child.status, new Response(child.stdout).text()]);
    end = { code, stdout, ms: performance.now() - start };
    await reader.cancel();
  });
  return end;
}

for (const times of [1, 2]) {
  Deno.test(`Ctrl-C that arrives ${times === 1 ? "once" : "twice"} ends a smoke within a second with what was found`, async () => {
    const { code, stdout, ms } = await interrupt(times);
    assert.equal(code, 130);
    assert.match(stdout, /scripted:7b: Interrupted after \d+ checks/);
    assert.ok(ms < 1000, `${ms} ms`);
  });
}
