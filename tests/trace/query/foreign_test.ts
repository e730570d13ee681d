import assert from "node:assert/strict";
import { SpanStatusCode, trace } from "@opentelemetry/api";
import { diffTraces, outlineOf, searchEvents, withTracer } from "../../../lib/trace/mod.ts";
import { withSpan } from "../../../lib/trace/span_context.ts";
import { openTestState, withTempDir } from "../../support/state.ts";
import { startTestTracing } from "../../support/tracing.ts";

const LONG = "padding ".repeat(1_000);

Deno.test("spans of others are shown under their call, found by their words, and compared", () =>
  withTempDir(async (dir) => {
    using state = await openTestState(dir);
    {
      await using tracing = await startTestTracing(state, { foreignSpans: true });
      for (const sessionId of ["one", "two"]) {
        const tracer = tracing.createTracer();
        tracer.startSession({ sessionId });
        tracer.startTimestep({ stepId: "turn" });
        await withTracer(tracer, async () => {
          await Promise.resolve();
          const call = tracer.newSpanId();
          withSpan(tracer, call, () => {
            const span = trace.getTracer("library").startSpan("query");
            span.setAttributes({ "db.text": `needle of ${sessionId}`, "output.value": LONG });
            span.setStatus({ code: SpanStatusCode.ERROR, message: "no such table" });
            span.end();
          });
          tracer.recordEvent({ event_type: "runtime", system_instance_id: "app", span_id: call });
        });
        tracer.endSession();
      }
    }
    const record = (id: string) => state.traces.get(id) ?? assert.fail();
    const [part] = outlineOf(state.traces, record("one"), { characters: 50 }).parts;
    const [app] = part?.step?.items ?? [];
    const [span] = app?.children ?? [];
    assert.deepEqual([app?.name, span?.name, span?.system], ["app", "query", "library"]);
    assert.deepEqual(span?.error?.message.text, "no such table");
    assert.deepEqual(span?.metadata, {
      "db.text": "needle of one",
      "output.value": `${LONG.slice(0, 50)}…`,
    });

    const found = (words: string) =>
      searchEvents(state.traces, words, { limit: 9, width: 80 }).hits
        .map(({ session_id, snippet }) => [session_id, snippet?.field, snippet?.text]);
    assert.deepEqual(found('"needle of two"'), [["two", "prompt", "needle of two"]]);
    assert.deepEqual(found("error:table")[0], ["two", "error", "no such table"]);
    assert.equal(found("result:padding").length, 2);

    const [step] = diffTraces(state.traces, record("one"), record("two")).steps;
    assert.deepEqual(step?.items[1]?.changes, [{
      what: "attributes",
      path: '["db.text"]',
      from: '"needle of one"',
      to: '"needle of two"',
    }]);
  }));
