import assert from "node:assert/strict";
import { systemClock, systemRandom } from "../../lib/core/mod.ts";
import { createRedactor, loadTrace, startTracing } from "../../lib/trace/mod.ts";
import { openTestState, withTempDir } from "../support/state.ts";

Deno.test("startTracing() keeps what its tracers record", async () => {
  await withTempDir(async (dir) => {
    using state = await openTestState(dir);
    const notices: string[] = [];
    await using tracing = await startTracing({
      traces: state.traces,
      settings: { trace: { otlpEndpoint: undefined, project: "owllm" } },
      env: () => undefined,
      owllmVersion: "test",
      clock: systemClock,
      random: systemRandom,
      redactor: createRedactor(),
      onNotice: (notice) => notices.push(notice),
    });
    const tracer = tracing.createTracer();
    const id = tracer.startSession({ kind: "smoke" });
    tracer.startTimestep();
    tracer.recordEvent({ event_type: "cais", system_instance_id: "llm", model_name: "m" });
    tracer.endTimestep();
    tracer.endSession();
    const stored = loadTrace(state.traces, id);
    assert.equal(stored?.record.model, "m");
    assert.equal(stored?.session.status, "ok");
    assert.deepEqual(notices, []);
  });
});
