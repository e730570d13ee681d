import assert from "node:assert/strict";
import {
  type HookContext,
  type NewEvent,
  SessionTracer,
  type TraceHook,
  type TraceSink,
} from "../../lib/trace/mod.ts";

const POINTS = [
  "sessionStart",
  "sessionEnd",
  "timestepStart",
  "timestepEnd",
  "beforeMessage",
  "afterMessage",
  "beforeEvent",
  "afterEvent",
] as const;

/** A hook that does the same at every point. */
function everywhere(
  name: string,
  act: (point: string, context: HookContext) => unknown,
): TraceHook {
  const points = POINTS.map((point) => [
    point,
    // The context is the last argument at every point.
    (...args: unknown[]) => act(point, args.at(-1) as HookContext),
  ]);
  return { name, ...Object.fromEntries(points) };
}

const event = (id: string, event_type: NewEvent["event_type"] = "runtime"): NewEvent => ({
  event_type,
  system_instance_id: id,
});

/** A session that passes every point once. */
function passEveryPoint(hooks: readonly TraceHook[], sink?: TraceSink) {
  const tracer = new SessionTracer({ hooks, ...sink && { sink } });
  tracer.startSession({ sessionId: "s" });
  tracer.startTimestep({ stepId: "one" });
  tracer.addMessage({ message_type: "user", content: "hi" });
  tracer.recordEvent(event("act"));
  tracer.endTimestep();
  return tracer.endSession();
}

Deno.test("TraceHook is called at every point, in order, with the session and the step", () => {
  const seen: string[] = [];
  passEveryPoint([everywhere("all", (point, { session, timestep }) => {
    seen.push(`${point} ${session.session_id} ${timestep?.step_id}`);
  })]);
  assert.deepEqual(seen, [
    "sessionStart s undefined",
    "timestepStart s one",
    "beforeMessage s one",
    "afterMessage s one",
    "beforeEvent s one",
    "afterEvent s one",
    "timestepEnd s one",
    "sessionEnd s undefined",
  ]);
});

Deno.test("TraceHook priority: lower runs first, equal ones in the order given", () => {
  const seen: string[] = [];
  const hook = (name: string, priority?: number): TraceHook => ({
    name,
    ...priority !== undefined && { priority },
    beforeEvent: () => void seen.push(name),
  });
  passEveryPoint([hook("late", 200), hook("first", -1), hook("plain"), hook("also", 100)]);
  assert.deepEqual(seen, ["first", "plain", "also", "late"]);
});

Deno.test("TraceHook eventTypes: only events of these types, every message", () => {
  const seen: string[] = [];
  const tracer = new SessionTracer({
    hooks: [{
      name: "filter",
      eventTypes: ["environment", "cais"],
      afterEvent: ({ system_instance_id }) => void seen.push(system_instance_id),
      afterMessage: () => void seen.push("message"),
    }],
  });
  tracer.startSession();
  for (const type of ["runtime", "environment", "cais"] as const) {
    tracer.recordEvent(event(type, type));
  }
  tracer.addMessage({ message_type: "user", content: "" });
  assert.deepEqual(seen, ["environment", "cais", "message"]);
});

Deno.test("TraceHook metadata reaches the session, the step, the message and the event", () => {
  const added = everywhere("add", (point, { addMetadata }) => addMetadata({ [point]: true }));
  const told: unknown[] = [];
  const session = passEveryPoint([added], {
    sessionStarted: ({ metadata }) => told.push(metadata),
    stepStarted: (_, { metadata }) => told.push(metadata),
    message: (_, { metadata }) => told.push(metadata),
    event: (_, { metadata }) => told.push(metadata),
    stepEnded: (_, { metadata }) => told.push(metadata),
    sessionEnded: (_, { metadata }) => told.push(metadata),
  });
  const expected = [
    { sessionStart: true },
    { timestepStart: true },
    { beforeMessage: true, afterMessage: true },
    { beforeEvent: true, afterEvent: true },
    { timestepStart: true, timestepEnd: true },
    { sessionStart: true, sessionEnd: true },
  ];
  assert.deepEqual(told, expected);
  assert.deepEqual(session.event_history[0]?.metadata, expected[3]);
  assert.deepEqual(session.metadata, expected[5]);
});

Deno.test("TraceHook events come right after their subject, and no hook sees them", () => {
  let calls = 0;
  const hook = everywhere("echo", (point, { recordEvent }) => {
    calls++;
    recordEvent(event(`echo:${point}`));
  });
  const order: string[] = [];
  passEveryPoint([hook], {
    sessionStarted: () => order.push("session"),
    stepStarted: () => order.push("step"),
    message: () => order.push("message"),
    event: (_, { system_instance_id }) => order.push(system_instance_id),
    stepEnded: () => order.push("step end"),
    sessionEnded: () => order.push("session end"),
  });
  assert.equal(calls, POINTS.length);
  assert.deepEqual(order, [
    "session",
    "echo:sessionStart",
    "step",
    "echo:timestepStart",
    "message",
    "echo:beforeMessage",
    "echo:afterMessage",
    "act",
    "echo:beforeEvent",
    "echo:afterEvent",
    "echo:timestepEnd",
    "step end",
    "echo:sessionEnd",
    "session end",
  ]);
});

Deno.test("TraceHook that throws is recorded at every point and stops nothing", () => {
  const session = passEveryPoint([
    everywhere("bad", (point) => {
      throw new RangeError(`at ${point}`);
    }),
  ]);
  assert.equal(session.status, "ok");
  const failures = session.event_history.filter((e) => e.system_instance_id === "hook:bad");
  assert.deepEqual(failures.map(({ error }) => error?.message).toSorted(), [
    ...POINTS.map((point) => `at ${point}`).toSorted(),
  ]);
  assert.equal(failures[0]?.error?.type, "RangeError");
  assert.deepEqual(failures[0]?.metadata, { hook: "bad", point: "sessionStart" });
  assert(session.event_history.some((e) => e.system_instance_id === "act"));
  assert.equal(session.message_history.length, 1);
});

Deno.test("TraceHook that throws does not keep later hooks from running", () => {
  const seen: string[] = [];
  passEveryPoint([
    { name: "bad", beforeEvent: () => assert.fail("no") },
    { name: "good", beforeEvent: () => void seen.push("good") },
  ]);
  assert.deepEqual(seen, ["good"]);
});

Deno.test("TraceHook that is async: its failure and its events are recorded when they come", async () => {
  const tracer = new SessionTracer({
    hooks: [{
      name: "slow",
      beforeEvent: async (_event, { recordEvent }) => {
        await Promise.resolve();
        recordEvent(event("slow:event"));
        throw new Error("slow failure");
      },
    }],
  });
  tracer.startSession();
  tracer.recordEvent(event("act"));
  await new Promise((resolve) => setTimeout(resolve));
  const ids = tracer.endSession().event_history.map((e) => e.system_instance_id);
  assert.deepEqual(ids, ["act", "slow:event", "hook:slow"]);
});

Deno.test("TraceHook that is async does not write into the next session", async () => {
  const tracer = new SessionTracer({
    hooks: [{ name: "slow", sessionStart: () => Promise.reject(new Error("late")) }],
  });
  tracer.startSession({ sessionId: "one" });
  tracer.endSession();
  tracer.startSession({ sessionId: "two" });
  await new Promise((resolve) => setTimeout(resolve));
  const events = tracer.endSession().event_history;
  // The failure of the second session's own hook, and not that of the first.
  assert.equal(events.length, 1);
});

Deno.test("TraceHook does not see what is added to the current session by its own", () => {
  const seen: string[] = [];
  const tracer = new SessionTracer({ hooks: [everywhere("all", (point) => seen.push(point))] });
  tracer.startSession();
  tracer.currentSession?.addEvent(event("quiet"));
  tracer.currentSession?.addMessage({ message_type: "note", content: "quiet" });
  assert.deepEqual(seen, ["sessionStart"]);
  assert.equal(tracer.endSession().event_history.length, 1);
});

Deno.test("TraceHook that ends the step puts its event where the session then is", () => {
  const tracer: SessionTracer = new SessionTracer({
    hooks: [{ name: "end", beforeEvent: () => tracer.endTimestep() }],
  });
  tracer.startSession();
  tracer.startTimestep();
  assert.equal(tracer.recordEvent(event("late")).step_index, null);
  assert.equal(tracer.endSession().time_steps[0]?.events.length, 0);
});

Deno.test("TraceHook sees and adds no secrets", () => {
  const seen: string[] = [];
  const session = passEveryPoint([{
    name: "curious",
    beforeEvent: (e, { addMetadata, recordEvent }) => {
      seen.push(JSON.stringify(e));
      addMetadata({ api_key: "abcdef" });
      recordEvent({ ...event("x"), metadata: { note: "sk-abcdefgh12345678" } });
    },
  }]);
  assert.equal(seen.length, 1);
  assert.deepEqual(session.event_history.map(({ metadata }) => metadata), [
    { api_key: "[redacted]" },
    { note: "[redacted]" },
  ]);
});
