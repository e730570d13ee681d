import assert from "node:assert/strict";
import {
  loadTrace,
  openTraceFile,
  SessionTracer,
  traceRuntime,
  withTracer,
} from "../../../lib/trace/mod.ts";
import { runOwllm } from "../../support/run_owllm.ts";
import { withTempDir } from "../../support/state.ts";

Deno.test("openTraceFile() keeps what a program of its own traces, and owllm shows it", () =>
  withTempDir(async (dir) => {
    const path = `${dir}/traces.db`;
    let id = "";
    {
      using file = await openTraceFile(path);
      const tracer = new SessionTracer({
        sink: file.sink,
        hooks: [{
          name: "mark",
          beforeEvent: (_event, context) => context.addMetadata({ mark: 1 }),
        }],
      });
      const double = traceRuntime((n: number) => n * 2);
      id = tracer.startSession({ kind: "program" });
      assert.equal(withTracer(tracer, () => double(21)), 42);
      tracer.endSession();
      const stored = loadTrace(file.traces, id)?.session.event_history;
      assert.equal(stored?.length, 1);
      assert.equal(stored[0]?.metadata["mark"], 1);
    }
    const shown = await runOwllm(["trace", "show", id, "--trace-db", path]);
    assert.equal(shown.code, 0, shown.stderr);
    assert.match(shown.stdout, /program/);
  }));
