import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { context, ROOT_CONTEXT, SpanStatusCode, trace } from "@opentelemetry/api";
import type { State } from "../../../lib/state/mod.ts";
import { loadTrace, type Tracing, withTracer } from "../../../lib/trace/mod.ts";
import { withSpan } from "../../../lib/trace/span_context.ts";
import { startOtlpReceiver } from "../../support/otlp_receiver.ts";
import { openTestState, withTempDir } from "../../support/state.ts";
import { startTestTracing, type TestTracingOptions } from "../../support/tracing.ts";

/** The tracer of a library that knows nothing of owllm. */
const library = () => trace.getTracer("some-library", "1.2.3");

function withProvider(
  body: (state: State, tracing: Tracing) => Promise<void>,
  options: TestTracingOptions = {},
) {
  return withTempDir(async (dir) => {
    using state = await openTestState(dir);
    await using tracing = await startTestTracing(state, { foreignSpans: true, ...options });
    await body(state, tracing);
  });
}

/** The foreign spans of a session by name. */
function spansOf(state: State, id: string) {
  const stored = loadTrace(state.traces, id) ?? assert.fail(`no session ${id}`);
  return Object.fromEntries(stored.spans.map((span) => [String(span.body["name"]), span]));
}

Deno.test("a span of anyone is kept under the active session and step, as a child of the call", () =>
  withProvider(async (state, tracing) => {
    const tracer = tracing.createTracer();
    const id = tracer.startSession();
    await withTracer(tracer, async () => {
      library().startSpan("in session").end();
      tracer.startTimestep();
      const call = tracer.newSpanId();
      await withSpan(tracer, call, async () => {
        await Promise.resolve();
        library().startSpan("in call").end();
        tracer.recordEvent({ event_type: "runtime", system_instance_id: "inner" });
      });
      tracer.recordEvent({ event_type: "runtime", system_instance_id: "call", span_id: call });
      library().startSpan("in step").end();
      tracer.endTimestep();
    });
    const session = tracer.endSession();
    const step = session.time_steps[0] ?? assert.fail();
    const spans = spansOf(state, id);
    const parents = Object.entries(spans).map(([name, { body, step_index }]) => [
      name,
      body["parent_span_id"],
      step_index,
    ]);
    assert.deepEqual(parents, [
      ["in session", session.span_id, null],
      ["in call", step.events[1]?.span_id, 0],
      ["in step", step.span_id, 0],
    ]);
    for (const { body } of Object.values(spans)) assert.equal(body["trace_id"], session.trace_id);
  }));

Deno.test("an event inside of a foreign span is its child, and so on inwards", () =>
  withProvider(async (state, tracing) => {
    const tracer = tracing.createTracer();
    const id = tracer.startSession();
    await withTracer(tracer, () =>
      library().startActiveSpan("outer", async (outer) => {
        await Promise.resolve();
        const call = tracer.newSpanId();
        withSpan(tracer, call, () =>
          library().startActiveSpan("inner", (inner) => {
            tracer.recordEvent({ event_type: "environment", system_instance_id: "deep" });
            inner.end();
          }));
        tracer.recordEvent({ event_type: "runtime", system_instance_id: "call", span_id: call });
        outer.end();
      }));
    const { event_history: [deep, call] } = tracer.endSession();
    const { outer, inner } = spansOf(state, id);
    assert.equal(call?.parent_span_id, outer?.body["span_id"]);
    assert.equal(inner?.body["parent_span_id"], call?.span_id);
    assert.equal(deep?.parent_span_id, inner?.body["span_id"]);
  }));

Deno.test("spans without a session make one of their own for each trace", () =>
  withProvider(async (state, tracing) => {
    await library().startActiveSpan("request", async (root) => {
      await Promise.resolve();
      library().startSpan("query", { attributes: { "gen_ai.usage.input_tokens": 7 } }).end();
      root.setStatus({ code: SpanStatusCode.ERROR, message: "it broke" });
      root.recordException(new RangeError("too far"));
      root.end();
    });
    library().startSpan("other").end();
    tracing.store.flush();
    const [other, request] = state.traces.list({ kind: "spans", limit: 10 });
    assert.deepEqual([other?.status, other?.spans], ["ok", 1]);
    assert.deepEqual(
      [request?.status, request?.spans, request?.errors, request?.inputTokens],
      ["error", 2, 1, 7],
    );
    const spans = spansOf(state, request?.id ?? "");
    const { query, request: root } = spans;
    assert.equal(query?.body["parent_span_id"], root?.body["span_id"]);
    assert.equal(request?.traceId, root?.body["trace_id"]);
    assert.deepEqual(root?.body["status"], { code: "error", message: "it broke" });
    const found = state.traces.search(['"too far"'], { limit: 5 }).hits;
    assert.deepEqual(found.map(({ entry }) => entry.name), ["request"]);
  }));

Deno.test("a session that begins inside of a foreign span is a trace of its own", () =>
  withProvider(async (state, tracing) => {
    const tracer = tracing.createTracer();
    const id = library().startActiveSpan("handler", (handler) => {
      const id = tracer.startSession();
      withTracer(tracer, () => library().startSpan("work").end());
      handler.end();
      return id;
    });
    const session = tracer.endSession();
    const { work } = spansOf(state, id);
    assert.equal(work?.body["parent_span_id"], session.span_id);
    assert.equal(work?.body["trace_id"], session.trace_id);
    const [handler] = state.traces.list({ kind: "spans", limit: 1 });
    assert.notEqual(handler?.traceId, session.trace_id);
    await Promise.resolve();
  }));

Deno.test("a span with more attributes than the usual limit is kept whole", () =>
  withProvider(async (state, tracing) => {
    const attributes = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`a.${i}`, i]));
    library().startSpan("long conversation", { attributes }).end();
    tracing.store.flush();
    const [session] = state.traces.list({ kind: "spans", limit: 1 });
    const { "long conversation": span } = spansOf(state, session?.id ?? "");
    assert.deepEqual(span?.body["attributes"], attributes);
    await Promise.resolve();
  }));

Deno.test("no secret of a foreign span reaches the file", () =>
  withProvider(async (state, tracing) => {
    const span = library().startSpan("call sk-abcdefghijklmnop", {
      attributes: { authorization: "Bearer abcdefghijkl", note: "the word is hunter2hunter2" },
    });
    span.addEvent("sent", { api_key: "0123456789" });
    span.end();
    tracing.store.flush();
    const [session] = state.traces.list({ kind: "spans", limit: 1 });
    const text = JSON.stringify([session, loadTrace(state.traces, session?.id ?? "")]);
    assert.doesNotMatch(text, /sk-abc|abcdefghijkl|hunter2|0123456789/);
    assert.match(text, /\[redacted\]/);
    await Promise.resolve();
  }, { secrets: ["hunter2hunter2"] }));

Deno.test("a trace that another process began is joined", () =>
  withProvider(async (state, tracing) => {
    const remote = trace.setSpanContext(ROOT_CONTEXT, {
      traceId: "0af7651916cd43dd8448eb211c80319c",
      spanId: "b7ad6b7169203331",
      // Not sampled there, kept here.
      traceFlags: 0,
      isRemote: true,
    });
    for (const name of ["one", "two"]) {
      library().startSpan(name, {}, remote).end();
      tracing.store.flush();
    }
    const { one, two } = spansOf(state, "spans_0af7651916cd43dd8448eb211c80319c");
    assert.equal(one?.body["parent_span_id"], "b7ad6b7169203331");
    assert.equal(two?.body["trace_id"], "0af7651916cd43dd8448eb211c80319c");
    await Promise.resolve();
  }));

Deno.test("the context of OpenTelemetry goes through timers, emitters and bound functions", () =>
  withProvider(async () => {
    const marked = ROOT_CONTEXT.setValue(Symbol.for("mark"), 1);
    const mark = () => context.active().getValue(Symbol.for("mark"));
    const emitter = context.bind(marked, new EventEmitter());
    const heard: unknown[] = [];
    emitter.on("x", () => heard.push(mark()));
    emitter.emit("x");
    heard.push(context.bind(marked, mark)());
    heard.push(
      await context.with(marked, () => new Promise((r) => setTimeout(() => r(mark()), 1))),
    );
    assert.deepEqual(heard, [1, 1, 1]);
    assert.equal(mark(), undefined);
  }));

Deno.test("foreign spans reach the endpoint too, with exact times, links and their scope", () =>
  withTempDir(async (dir) => {
    using state = await openTestState(dir);
    await using receiver = startOtlpReceiver();
    const tracing = await startTestTracing(state, {
      foreignSpans: true,
      endpoint: receiver.url,
    });
    const other = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" };
    const span = library().startSpan("linked", {
      startTime: [1_700_000_000, 123_456_789],
      kind: 2,
      links: [{ context: { ...other, traceFlags: 1 } }],
      attributes: { list: ["a", "b"], n: 1.5, whole: 3, yes: true },
    });
    span.addEvent("half way");
    span.end([1_700_000_001, 1]);
    await tracing.shutdown();
    const [received] = receiver.spans;
    assert.equal(received?.start, 1_700_000_000_123_456_789n);
    assert.equal(received?.end, 1_700_000_001_000_000_001n);
    assert.deepEqual(received?.links, [other]);
    assert.deepEqual(received?.attributes, { list: ["a", "b"], n: 1.5, whole: 3, yes: true });
    assert.deepEqual([received?.scope, received?.kind], ["some-library", 3]);
    assert.deepEqual(received?.events.map(({ name }) => name), ["half way"]);
    assert.equal(receiver.spans.length, 1);
  }));

Deno.test("the provider of somebody else stays, and ours is gone after the shutdown", () =>
  withTempDir(async (dir) => {
    using state = await openTestState(dir);
    const first = await startTestTracing(state, { foreignSpans: true });
    const second = await startTestTracing(state, { foreignSpans: true });
    assert.match(second.notices[0] ?? "", /Another global TracerProvider is registered/);
    await second.shutdown();
    library().startSpan("kept").end();
    await first.shutdown();
    library().startSpan("lost").end();
    const kept = state.traces.list({ kind: "spans", limit: 5 });
    assert.deepEqual(kept.map(({ metadata }) => (metadata as { root: string }).root), ["kept"]);
  }));
