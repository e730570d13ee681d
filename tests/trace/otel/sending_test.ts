import assert from "node:assert/strict";
import { trace } from "@opentelemetry/api";
import type { State } from "../../../lib/state/mod.ts";
import { loadTrace, otlpJson, withTracer } from "../../../lib/trace/mod.ts";
import { startOtlpReceiver } from "../../support/otlp_receiver.ts";
import { openTestState, withTempDir } from "../../support/state.ts";
import { traceSession, waitingSpans } from "../../support/traced_session.ts";
import { startTestTracing } from "../../support/tracing.ts";

function withState(body: (state: State) => Promise<void>) {
  return withTempDir(async (dir) => {
    using state = await openTestState(dir);
    await body(state);
  });
}

Deno.test("startTracing() sends each span once, with parents, messages and the resource", () =>
  withState(async (state) => {
    await using receiver = startOtlpReceiver();
    const tracing = await startTestTracing(state, { endpoint: receiver.url, project: "p" });
    traceSession(tracing.createTracer(), 3);
    await tracing.shutdown();
    assert.deepEqual(tracing.notices, []);
    assert.equal(waitingSpans(state), 0);
    assert.equal(receiver.requests[0]?.path, "/v1/traces");
    const { spans } = receiver;
    assert.equal(new Set(spans.map(({ spanId }) => spanId)).size, 7);
    assert.equal(spans.length, 7);
    assert.deepEqual(spans[0]?.resource, {
      "service.name": "owllm",
      "service.version": "0.0.0-test",
      "openinference.project.name": "p",
    });
    const root = spans.find(({ parentSpanId }) => parentSpanId === null) ?? assert.fail();
    assert.equal(root.attributes["openinference.span.kind"], "AGENT");
    assert.equal(root.attributes["input.value"], "count");
    const step = spans.find(({ name }) => name === "step_1") ?? assert.fail();
    assert.equal(step.parentSpanId, root.spanId);
    assert.equal(step.events[0]?.attributes["owllm.message.content"], "turn 1");
    const llm = spans.find(({ parentSpanId }) => parentSpanId === step.spanId) ?? assert.fail();
    assert.equal(llm.name, "chat m");
    assert.equal(llm.end - llm.start, 5_000_000n);
    assert.ok(spans.every(({ traceId }) => traceId === root.traceId));
  }));

Deno.test("startTracing() sends beside the work, before the shutdown", () =>
  withState(async (state) => {
    await using receiver = startOtlpReceiver();
    await using tracing = await startTestTracing(state, { endpoint: receiver.url });
    traceSession(tracing.createTracer(), 1);
    const end = Date.now() + 5_000;
    while (waitingSpans(state) > 0 && Date.now() < end) await new Promise((r) => setTimeout(r, 20));
    assert.equal(receiver.spans.length, 3);
  }));

Deno.test("otlpJson() holds the same spans that an endpoint is sent", () =>
  withState(async (state) => {
    await using receiver = startOtlpReceiver();
    const tracing = await startTestTracing(state, { endpoint: receiver.url, foreignSpans: true });
    const tracer = tracing.createTracer();
    const id = tracer.startSession({ kind: "run" });
    tracer.addMessage({ message_type: "user", content: "outside of steps" });
    tracer.startTimestep();
    tracer.addMessage({ message_type: "user", content: "inside" });
    const tool = { name: "add", arguments_json: "{}", call_id: null, result: "1" };
    tracer.recordEvent({ event_type: "runtime", system_instance_id: "tool:add", tool });
    withTracer(tracer, () => trace.getTracer("library").startSpan("foreign").end());
    tracer.endSession({ error: new RangeError("too far") });
    await tracing.shutdown();
    const json = await otlpJson(loadTrace(state.traces, id) ?? assert.fail(), {
      owllmVersion: "0.0.0-test",
      project: "owllm",
    });
    const { resourceSpans: [group] } = JSON.parse(json) as OtlpJson;
    const written = group?.scopeSpans.flatMap(({ spans }) => spans) ?? [];
    const essence = (span: { name: string; spanId: string; events: readonly unknown[] }) =>
      `${span.spanId} ${span.name} ${span.events.length}`;
    assert.deepEqual(written.map(essence).sort(), receiver.spans.map(essence).sort());
    assert.equal(written.length, 4);
    assert.deepEqual(group?.resource.attributes[0], {
      key: "service.name",
      value: { stringValue: "owllm" },
    });
  }));

interface OtlpJson {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly unknown[] };
    readonly scopeSpans: readonly {
      readonly spans: readonly {
        readonly name: string;
        readonly spanId: string;
        readonly events: readonly unknown[];
      }[];
    }[];
  }[];
}
