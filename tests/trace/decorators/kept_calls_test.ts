/** Decorated calls together with the store and with spans of other libraries. */
import assert from "node:assert/strict";
import { trace } from "@opentelemetry/api";
import {
  assertTraceEquivalence,
  getSystemId,
  loadTrace,
  traceAgent,
  trackLm,
  withTracer,
} from "../../../lib/trace/mod.ts";
import { RIGHT } from "../../support/parity_scenario.ts";
import { GRID_PLAN, GridWorld } from "../../support/grid_world.ts";
import { openTestState, withTempDir } from "../../support/state.ts";
import { startTestTracing } from "../../support/tracing.ts";

Deno.test("decorated calls are read back from the store as they were recorded", () =>
  withTempDir(async (dir) => {
    using state = await openTestState(dir);
    await using tracing = await startTestTracing(state);
    const tracer = tracing.createTracer();
    const id = tracer.startSession();
    const world = new GridWorld();
    const step = RIGHT.env(GridWorld.prototype.step);
    const turnOnce = RIGHT.loop((_turn: number, action: string) => step.call(world, action));
    withTracer(tracer, () => {
      for (const [turn, action] of GRID_PLAN.entries()) {
        if (action === "fly") assert.throws(() => turnOnce(turn, action), RangeError);
        else turnOnce(turn, action);
      }
    });
    const session = tracer.endSession();
    const stored = loadTrace(state.traces, id) ?? assert.fail();
    assert.equal(stored.session.event_history.length, 2 * GRID_PLAN.length);
    assertTraceEquivalence(session, stored.session, { toleranceMs: 1, costPerRecordMs: 0 });
    const spanOf = (event: { span_id: string; parent_span_id: string | null }) => [
      event.span_id,
      event.parent_span_id,
    ];
    assert.deepEqual(stored.session.event_history.map(spanOf), session.event_history.map(spanOf));
  }));

Deno.test("trackLm() adds to the traced agent around it, with a foreign span between them", () =>
  withTempDir(async (dir) => {
    using state = await openTestState(dir);
    await using tracing = await startTestTracing(state, { foreignSpans: true });
    const tracer = tracing.createTracer();
    tracer.startSession();
    const track = () =>
      trackLm({
        system_id: getSystemId("a"),
        system_instance_id: "agent:a",
        messages: [{ role: "user", content: "hi" }],
        input_tokens: 3,
      });
    const agent = traceAgent(async () => {
      await Promise.resolve();
      trace.getTracer("http").startActiveSpan("POST", (span) => {
        assert.equal(track(), undefined);
        span.end();
      });
    });
    await withTracer(tracer, agent);
    const [event, ...others] = tracer.endSession().event_history;
    assert(event?.event_type === "cais");
    assert.deepEqual([event.input_tokens, event.call_records.length, others.length], [3, 1, 0]);
  }));
