import assert from "node:assert/strict";
import { OwllmError } from "../../lib/core/mod.ts";
import {
  type SessionEnd,
  type SessionHead,
  SessionTracer,
  type StepHead,
  type TraceSink,
} from "../../lib/trace/mod.ts";

/** A sink that notes what it is told, in order. */
function notingSink(): TraceSink & { readonly notes: string[] } {
  const notes: string[] = [];
  return {
    notes,
    sessionStarted: (session: SessionHead) => notes.push(`start ${session.session_id}`),
    stepStarted: (_: string, step: StepHead) => notes.push(`step ${step.step_id}`),
    event: (_, event) =>
      notes.push(`event ${event.system_instance_id} ${JSON.stringify(event.metadata)}`),
    message: (_, message) => notes.push(`message ${String(message.content)}`),
    stepEnded: (_: string, step: StepHead) =>
      notes.push(`end ${step.step_id} ${step.completed_at !== null}`),
    sessionEnded: (_: string, end: SessionEnd) => notes.push(`over ${end.status}`),
  };
}

const tick = (id: string) => ({ event_type: "runtime", system_instance_id: id }) as const;

Deno.test("SessionTracer keeps the order session > step > event, in memory and in the sink", () => {
  const sink = notingSink();
  const tracer = new SessionTracer({ sink });
  tracer.startSession({ sessionId: "s", metadata: { task: "t" }, tags: ["a"] });
  tracer.recordEvent(tick("before"));
  {
    using step = tracer.timestep({ stepId: "one", turnNumber: 7 });
    assert.equal(step.stepIndex, 0);
    assert.equal(tracer.inTimestep, true);
    tracer.addMessage({ message_type: "user", content: "hello" });
    tracer.recordEvent(tick("inside"));
  }
  assert.equal(tracer.inTimestep, false);
  tracer.startTimestep();
  tracer.recordEvent(tick("second"));
  tracer.startTimestep({ stepId: "three" });
  const session = tracer.endSession();
  assert.deepEqual(sink.notes, [
    "start s",
    "event before {}",
    "step one",
    "message hello",
    "event inside {}",
    "end one true",
    "step step_1",
    "event second {}",
    "end step_1 true",
    "step three",
    "end three true",
    "over ok",
  ]);
  assert.deepEqual(session.event_history.map(({ seq }) => seq), [0, 2, 3]);
  assert.deepEqual(session.message_history.map(({ seq }) => seq), [1]);
  assert.deepEqual(session.event_history.map(({ step_index }) => step_index), [null, 0, 1]);
  assert.equal(session.event_history[1]?.time_record.message_time, 7);
  assert.deepEqual(session.time_steps.map(({ events }) => events.length), [1, 1, 0]);
  assert.deepEqual(session.time_steps.map(({ turn_number }) => turn_number), [7, 1, 2]);
  assert.equal(session.time_steps[0]?.events[0], session.event_history[1]);
  assert.deepEqual([session.metadata, session.tags, session.status], [{ task: "t" }, ["a"], "ok"]);
  assert.equal(tracer.currentSession, undefined);
});

Deno.test("SessionTracer keeps copies: later changes of live objects do not reach them", () => {
  const tracer = new SessionTracer();
  const state = { position: { x: 1 }, bag: ["wood"] };
  const tool = { name: "do", arguments_json: "{}", call_id: null, result: "first" };
  const error = { type: "Bad", message: "first" };
  const content = { text: "first" };
  const metadata = { deep: { n: 1 } };
  tracer.startSession({ metadata });
  const event = tracer.recordEvent({
    ...tick("world"),
    system_state_before: state,
    system_state_after: state,
    actions: [state.bag],
    metadata,
    tool,
    error,
  });
  const message = tracer.addMessage({ message_type: "observation", content });
  state.position.x = 2;
  state.bag.push("stone");
  tool.result = error.message = content.text = "second";
  metadata.deep.n = 2;
  assert(event.event_type === "runtime");
  assert.notEqual(event.system_state_before, event.system_state_after);
  assert.deepEqual(event.system_state_before, { position: { x: 1 }, bag: ["wood"] });
  assert.deepEqual(event.actions, [["wood"]]);
  assert.deepEqual([event.tool?.result, event.error?.message], ["first", "first"]);
  assert.deepEqual([event.metadata, message.content], [{ deep: { n: 1 } }, { text: "first" }]);
  assert.deepEqual(tracer.endSession().metadata, { deep: { n: 1 } });
});

Deno.test("SessionTracer.timestep() ends the step when the body of await using throws", async () => {
  const sink = notingSink();
  const tracer = new SessionTracer({ sink });
  tracer.startSession({ sessionId: "s" });
  await assert.rejects(async () => {
    await using _step = tracer.timestep({ stepId: "one" });
    tracer.recordEvent(tick("before"));
    await Promise.reject(new TypeError("body"));
  }, /body/);
  assert.equal(tracer.inTimestep, false);
  const session = tracer.endSession({ error: new TypeError("body") });
  assert.deepEqual(sink.notes.slice(-2), ["end one true", "over error"]);
  assert.equal(session.time_steps[0]?.events.length, 1);
  assert.deepEqual(session.error, { type: "TypeError", message: "body" });
});

Deno.test("SessionTracer.timestep() does not end a later step than its own", () => {
  const tracer = new SessionTracer();
  tracer.startSession();
  const first = tracer.timestep({ stepId: "one" });
  tracer.endTimestep();
  tracer.startTimestep({ stepId: "two" });
  first[Symbol.dispose]();
  assert.equal(tracer.currentTimestep?.step_id, "two");
  tracer.endSession();
  first[Symbol.dispose]();
});

Deno.test("SessionTracer refuses what has no session, and a second one, with a way out", () => {
  const tracer = new SessionTracer();
  const closed = (call: () => unknown) =>
    assert.throws(
      call,
      (error) =>
        error instanceof OwllmError && error.message === "No session is open" &&
        /startSession/.test(error.recoverySuggestion ?? ""),
    );
  closed(() => tracer.recordEvent(tick("x")));
  closed(() => tracer.addMessage({ message_type: "user", content: "" }));
  closed(() => tracer.startTimestep());
  closed(() => tracer.endSession());
  tracer.startSession({ sessionId: "first" });
  assert.throws(() => tracer.startSession(), /"first" is still open/);
  assert.throws(() => tracer.startTimestep({ turnNumber: 1.5 }), /turn "1.5" of a step is not/);
  assert.equal(tracer.inTimestep, false);
  tracer.endSession();
  tracer.startSession({ sessionId: "again" });
  assert.equal(tracer.sessionId, "again");
});

Deno.test("SessionTracer.currentSession shows a session that later records do not change", () => {
  const tracer = new SessionTracer();
  tracer.startSession();
  tracer.currentSession?.addEvent(tick("one"));
  tracer.currentSession?.addMessage({ message_type: "note", content: 1 });
  const then = tracer.currentSession?.trace;
  tracer.recordEvent(tick("two"));
  assert.equal(then?.event_history.length, 1);
  assert.equal(then?.message_history.length, 1);
  assert.deepEqual([then?.status, then?.ended_at], ["open", null]);
});

Deno.test("SessionTracer.currentSession costs the same however long the session is", () => {
  const tracer = new SessionTracer();
  tracer.startSession();
  const many = (times: number) => {
    const start = performance.now();
    for (let i = 0; i < times; i++) tracer.currentSession?.addEvent(tick("x"));
    return performance.now() - start;
  };
  many(2_000);
  const early = many(2_000);
  many(20_000);
  assert(many(2_000) < 20 * early + 50);
});

Deno.test("SessionTracer lets an error of its sink reach the traced program", () => {
  const sink = notingSink();
  const tracer = new SessionTracer({
    sink: { ...sink, event: () => assert.fail("disk full") },
  });
  tracer.startSession();
  assert.throws(() => tracer.recordEvent(tick("x")), /disk full/);
});

Deno.test("SessionTracer adds up tokens that are known and leaves others unknown", () => {
  const tracer = new SessionTracer();
  tracer.startSession();
  const total = (tokens: { input_tokens?: number; total_tokens?: number }) => {
    const event = tracer.recordEvent({
      event_type: "cais",
      system_instance_id: "llm",
      ...tokens,
    });
    return event.event_type === "cais" ? event.total_tokens : assert.fail();
  };
  assert.deepEqual([total({}), total({ input_tokens: 3 }), total({ total_tokens: 9 })], [
    null,
    3,
    9,
  ]);
});

Deno.test("SessionTracer records any thrown value as an error of the session", () => {
  const errorOf = (error: unknown) => {
    const tracer = new SessionTracer();
    tracer.startSession();
    return tracer.endSession({ error }).error;
  };
  assert.deepEqual(errorOf("no"), { type: "string", message: "no" });
  assert.deepEqual(errorOf({ status: 500 }), { type: "object", message: '{"status":500}' });
  assert.deepEqual(errorOf(Object.create(null)), { type: "object", message: "{}" });
  assert.equal(errorOf(new OwllmError({ code: "failed", message: "x" }))?.type, "failed");
  assert.equal(
    errorOf(new Error("401 for sk-abcdefgh12345678"))?.message,
    "401 for [redacted]",
  );
});
