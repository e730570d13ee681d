/** Ctrl-C while a model server is silent. */
import assert from "node:assert/strict";
import { bareEnv, OWLLM_ARGS } from "../support/run_owllm.ts";
import { startScriptedServer } from "../support/scripted/mod.ts";
import { openTestState, withTempDir } from "../support/state.ts";

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test(`${signal} ends owllm within a second with 130, and the probes done are stored`, () =>
    withTempDir(async (home) => {
      await using server = await startScriptedServer({
        dialect: "ollama",
        fault: "hang_before_first_byte",
      });
      const child = new Deno.Command(Deno.execPath(), {
        args: [...OWLLM_ARGS, "smoke", "model", "scripted:7b", "--server", server.url],
        env: bareEnv(home),
        clearEnv: true,
        cwd: home,
        stdout: "null",
        stderr: "piped",
      }).spawn();
      let said = "";
      const reader = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
      // The last probe that asks for no text: the next one waits for an answer.
      while (!said.includes("model.exists")) {
        said += (await reader.read()).value ?? assert.fail(said);
      }
      const start = performance.now();
      child.kill(signal);
      const { code } = await child.status;
      assert.ok(performance.now() - start < 1_000, `${performance.now() - start} ms`);
      assert.equal(code, 130);
      for (let rest = await reader.read(); !rest.done; rest = await reader.read()) {
        said += rest.value;
      }
      assert.doesNotMatch(said, /at .*\.ts:\d+/);
      using state = await openTestState(`${home}/.local/state/owllm`);
      const [run] = state.smokeRuns.list("scripted:7b", 1);
      assert.equal(run?.status, "interrupted");
      assert.notEqual(run.finishedAt, null, "the run was cut off, not ended");
      assert.ok(run.probes.some(({ id, status }) => id === "srv.reach" && status === "pass"));
    }));
}
