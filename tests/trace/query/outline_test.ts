import assert from "node:assert/strict";
import { systemClock } from "../../../lib/core/mod.ts";
import {
  createTraceStore,
  type OutlineItem,
  outlineOf,
  type OutlineOptions,
  type OutlinePart,
  SessionTracer,
  type TraceOutline,
  type TraceStore,
} from "../../../lib/trace/mod.ts";
import { openTestState, withTempDir } from "../../support/state.ts";
import { traceAgentRun } from "../../support/trace_session.ts";

const ID = "outlined";

function withOutline(
  fill: (tracer: SessionTracer, store: TraceStore) => void,
  body: (outline: (options?: OutlineOptions) => TraceOutline) => void,
) {
  return withTempDir(async (dir) => {
    using state = await openTestState(dir);
    using store = createTraceStore({ traces: state.traces, clock: systemClock });
    fill(new SessionTracer({ sink: store }), store);
    store.flush();
    const record = state.traces.get(ID) ?? assert.fail("not stored");
    body((options) => outlineOf(state.traces, record, options));
  });
}

/** The tree as names, children in brackets behind their parent. */
function names(parts: readonly OutlinePart[]): string[] {
  const item = ({ name, children }: OutlineItem): string =>
    children.length === 0 ? name : `${name}[${children.map(item).join(" ")}]`;
  return parts.map((part) =>
    part.step === undefined
      ? item(part.item)
      : `${part.step.step_id}(${part.step.items.map(item).join(" ")})`
  );
}

const runtime = { event_type: "runtime" } as const;

Deno.test("outlineOf() keeps steps and what is outside of them in the order of writing", () =>
  withOutline((tracer) => {
    tracer.startSession({ sessionId: ID });
    tracer.addMessage({ message_type: "hello", content: "x" });
    tracer.startTimestep({ stepId: "one" });
    tracer.recordEvent({ ...runtime, system_instance_id: "a" });
    tracer.addMessage({ message_type: "said", content: "x" });
    tracer.endTimestep();
    tracer.startTimestep({ stepId: "empty" });
    tracer.endTimestep();
    tracer.recordEvent({ ...runtime, system_instance_id: "between" });
    tracer.startTimestep({ stepId: "two" });
    tracer.recordEvent({ ...runtime, system_instance_id: "b" });
    tracer.endSession();
  }, (outline) => {
    assert.deepEqual(names(outline().parts), [
      "hello",
      "one(a said)",
      "empty()",
      "between",
      "two(b)",
    ]);
    assert.deepEqual(names(outline({ step: 2 }).parts), ["two(b)"]);
  }));

Deno.test("outlineOf() nests by parent spans, in one step only, and breaks rings", () =>
  withOutline((tracer, store) => {
    tracer.startSession({ sessionId: ID });
    const outer = tracer.newSpanId();
    const event = (name: string, own: string, parent: string | null) =>
      tracer.recordEvent({
        ...runtime,
        system_instance_id: name,
        span_id: own,
        parent_span_id: parent,
      });
    tracer.startTimestep({ stepId: "one" });
    // A wrapper records itself after what it wraps.
    event("child", "00000000000000c1", outer);
    event("lost", "00000000000000c2", "00000000000000ff");
    event("outer", outer, null);
    event("ring_a", "00000000000000a1", "00000000000000a2");
    event("ring_b", "00000000000000a2", "00000000000000a1");
    event("self", "00000000000000a3", "00000000000000a3");
    store.entry({
      sessionId: ID,
      stepIndex: null,
      kind: "span",
      name: "foreign",
      startUs: 1,
      durationUs: 5,
      failed: false,
      inputTokens: null,
      outputTokens: null,
      reward: null,
      spanId: "00000000000000d1",
      words: undefined,
      costUsd: null,
      toolCall: false,
      model: null,
    }, { parent_span_id: "00000000000000c1" });
    tracer.endTimestep();
    tracer.startTimestep({ stepId: "two" });
    event("elsewhere", "00000000000000b1", outer);
    tracer.endSession();
  }, (outline) => {
    assert.deepEqual(names(outline().parts), [
      "one(lost outer[child[foreign]] ring_a ring_b self)",
      "two(elsewhere)",
    ]);
  }));

Deno.test("outlineOf() shows a message once, however many requests repeat it", () =>
  withOutline((tracer) => traceAgentRun(tracer, { sessionId: ID }), (outline) => {
    const calls = outline().parts.flatMap(({ step }) => step?.items.flatMap((i) => i.calls) ?? []);
    const said = calls.map(({ repeated, input }) => [repeated, input.map(({ text }) => text.text)]);
    assert.deepEqual(said, [
      [0, ["You repair repositories.", "Fix the failing test"]],
      [3, ["src\ntests"]],
      [1, ["export const sum = (a, b) => a - b;"]],
    ]);
  }));

Deno.test("outlineOf() reads the beginning of long texts, with their size, or all of them", () => {
  const long = "é".repeat(5_000);
  const data = { deep: [long, "short"] };
  return withOutline((tracer) => {
    tracer.startSession({ sessionId: ID });
    tracer.addMessage({ message_type: "long", content: long });
    tracer.addMessage({ message_type: "data", content: data });
    tracer.addMessage({ message_type: "nul", content: `\0${"x".repeat(5_000)}` });
    tracer.addMessage({ message_type: "short", content: "short" });
    tracer.endSession();
  }, (outline) => {
    const texts = (options: OutlineOptions) =>
      outline(options).parts.map(({ item }) => item?.message?.content ?? assert.fail());
    const [first, inData, nul, short] = texts({ characters: 100 });
    assert.deepEqual([first?.text, first?.cut_from], ["é".repeat(100), 10_000]);
    assert.match(first?.fingerprint ?? "", /^[0-9a-f]{64}$/);
    assert.equal(inData?.text.length, 100);
    assert.equal(inData?.cut_from, new TextEncoder().encode(JSON.stringify(data)).length);
    assert.deepEqual([nul?.text.length, nul?.cut_from], [100, 5_001]);
    assert.deepEqual(short, { text: "short", cut_from: null, fingerprint: null });
    const [whole, wholeData] = texts({});
    assert.deepEqual(whole, { text: long, cut_from: null, fingerprint: null });
    assert.deepEqual(wholeData, { text: JSON.stringify(data), cut_from: null, fingerprint: null });
  });
});
