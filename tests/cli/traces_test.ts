import assert from "node:assert/strict";
import { systemClock } from "../../lib/core/mod.ts";
import { createTraceStore, SessionTracer } from "../../lib/trace/mod.ts";
import { runOwllm } from "../support/run_owllm.ts";
import { openTestState, withTempDir } from "../support/state.ts";

Deno.test("owllm complete offers the ids of sessions that need no quotes, and makes no state", () =>
  withTempDir(async (home) => {
    const offered = async (...words: string[]) => {
      const { stdout, stderr } = await runOwllm(["complete", "--", "trace", ...words], { home });
      assert.equal(stderr, "");
      return stdout.trim().split("\n").filter(Boolean).map((line) => line.split("\t")[0]);
    };
    assert.deepEqual(await offered("show", ""), []);
    await assert.rejects(Deno.stat(`${home}/.local`), Deno.errors.NotFound);
    {
      using state = await openTestState(`${home}/.local/state/owllm`);
      using store = createTraceStore({ traces: state.traces, clock: systemClock });
      for (const sessionId of ["run_a", "run_b", "run; rm", "other\x1b[2J"]) {
        const tracer = new SessionTracer({ sink: store });
        tracer.startSession({ sessionId });
        tracer.endSession();
      }
    }
    assert.deepEqual((await offered("show", "run")).sort(), ["run_a", "run_b"]);
    assert.deepEqual((await offered("diff", "run_a", "")).sort(), ["last", "run_a", "run_b"]);
    assert.deepEqual(await offered("show", "--trace-db", "r"), []);
  }));
