import assert from "node:assert/strict";
import { type Clock, systemClock } from "../../../lib/core/mod.ts";
import type { State } from "../../../lib/state/mod.ts";
import {
  createTraceStore,
  loadTrace,
  type NewEvent,
  SessionTracer,
  type TraceStore,
} from "../../../lib/trace/mod.ts";
import { openTestState, withTempDir } from "../../support/state.ts";

const EVENT: NewEvent = { event_type: "runtime", system_instance_id: "s", actions: [1] };

interface Traced {
  readonly state: State;
  readonly store: TraceStore;
  readonly tracer: SessionTracer;
}

/** A clock whose monotonic time stands still, so that only explicit commits happen. */
const STILL: Clock = { ...systemClock, monotonic: () => 0 };

function withStore(body: (traced: Traced) => void | Promise<void>, clock = systemClock) {
  return withTempDir(async (dir) => {
    using state = await openTestState(dir);
    using store = createTraceStore({ traces: state.traces, clock });
    await body({ state, store, tracer: new SessionTracer({ sink: store }) });
  });
}

Deno.test("createTraceStore() gives back the session that the tracer returned", () =>
  withStore(({ state, tracer }) => {
    const id = tracer.startSession({ kind: "run", tags: ["b", "a"], metadata: { task: "x" } });
    {
      using _step = tracer.timestep({ stepId: "one", turnNumber: 7, metadata: { m: 1 } });
      tracer.addMessage({ message_type: "user", source_id: "u", target_id: "a", content: "hi" });
      tracer.recordEvent({
        ...EVENT,
        latency_ms: 1.5,
        tool: { name: "read_file", arguments_json: "{}", call_id: "c", result: "text" },
        system_state_before: { a: [1, { b: null }] },
      });
    }
    tracer.recordEvent({ event_type: "environment", system_instance_id: "e", reward: 0.5 });
    const ended = tracer.endSession({ error: new RangeError("too far") });
    const stored = loadTrace(state.traces, id) ?? assert.fail("not stored");
    assert.deepEqual(stored.session, { ...ended, tags: ["a", "b"] });
    assert.equal(stored.record.toolCalls, 1);
    assert.deepEqual([stored.record.steps, stored.record.events, stored.record.messages], [
      1,
      2,
      1,
    ]);
  }));

Deno.test("createTraceStore() commits a step when it ends and the rest at the next commit", () =>
  withStore(async ({ state, tracer }) => {
    const id = tracer.startSession();
    const written = () => loadTrace(state.traces, id)?.session.event_history.length;
    const step = tracer.timestep();
    tracer.recordEvent(EVENT);
    assert.equal(written(), 0, "records that come fast wait for each other");
    await step[Symbol.asyncDispose]();
    assert.equal(written(), 1);
    tracer.recordEvent(EVENT);
    tracer.endSession();
    assert.equal(written(), 2);
  }, STILL));

Deno.test("createTraceStore() commits a slow record at once and a lone one soon", () =>
  withStore(async ({ state, tracer }) => {
    const id = tracer.startSession();
    await systemClock.sleep(25);
    tracer.recordEvent(EVENT);
    assert.equal(loadTrace(state.traces, id)?.session.event_history.length, 1);
    tracer.recordEvent(EVENT);
    await systemClock.sleep(60);
    assert.equal(loadTrace(state.traces, id)?.session.event_history.length, 2);
  }));

Deno.test("flush() makes a reader see what was just written", () =>
  withStore(({ state, store, tracer }) => {
    const id = tracer.startSession();
    tracer.recordEvent(EVENT);
    store.flush();
    assert.equal(loadTrace(state.traces, id)?.session.event_history.length, 1);
  }, STILL));

Deno.test("createTraceStore() keeps a long text once and gives it back whole", () =>
  withStore(async ({ state, tracer }) => {
    const rows = async (table: string) => (await state.check()).rows[table];
    const long = `${"one two three ".repeat(1000)}needle ünder`;
    const first = tracer.startSession();
    for (let turn = 0; turn < 5; turn++) {
      tracer.recordEvent({ ...EVENT, metadata: { long, turn } });
    }
    const session = tracer.endSession();
    assert.equal(await rows("trace_contents"), 1);
    assert.deepEqual(loadTrace(state.traces, first)?.session.event_history, session.event_history);
    const second = tracer.startSession();
    tracer.recordEvent({ ...EVENT, metadata: { long } });
    tracer.endSession();
    assert.equal(await rows("trace_contents"), 1);
    state.traces.remove(first);
    assert.equal(await rows("trace_contents"), 1, "the second session still uses it");
    state.traces.remove(second);
    assert.equal(await rows("trace_contents"), 0);
    assert.equal(await rows("trace_search"), 0);
  }));

Deno.test("createTraceStore() does not take a program's own data for its references", () =>
  withStore(({ state, tracer }) => {
    const id = tracer.startSession();
    const hostile = {
      a: { $content: "0".repeat(64) },
      b: { $literal: [["x", 1]] },
      c: { $content: 1, other: "kept" },
      d: [{ $literal: "text" }],
    };
    tracer.recordEvent({ ...EVENT, metadata: { hostile, long: "y".repeat(5000) } });
    const { event_history } = tracer.endSession();
    assert.deepEqual(loadTrace(state.traces, id)?.session.event_history, event_history);
    assert.deepEqual(event_history[0]?.metadata["hostile"], hostile);
  }));

Deno.test("createTraceStore() keeps 50 MB, control characters and markup as they are", () =>
  withStore(({ state, tracer }) => {
    const id = tracer.startSession();
    const huge = "0123456789".repeat(5_000_000);
    const odd = ["\ud800", "\0", "\ufeff", "\r\n"].map((odd) => `${odd}${"z".repeat(3000)}${odd}`);
    const hostile = "\x1b[2J\x00\x07\u202e</script><img src=x onerror=alert(1)>\ud800";
    tracer.addMessage({ message_type: "user", content: { huge, hostile, odd } });
    tracer.endSession();
    const content = loadTrace(state.traces, id)?.session.message_history[0]?.content;
    assert.ok(content !== null && typeof content === "object" && !Array.isArray(content));
    const kept = content as {
      readonly huge: string;
      readonly hostile: string;
      readonly odd: unknown;
    };
    assert.ok(kept.huge === huge);
    assert.equal(kept.hostile, hostile);
    assert.ok(JSON.stringify(kept.odd) === JSON.stringify(odd), "an odd character was lost");
  }));

Deno.test("createTraceStore() lets no secret reach the file", () =>
  withTempDir(async (dir) => {
    {
      using state = await openTestState(dir);
      using store = createTraceStore({ traces: state.traces, clock: systemClock });
      const tracer = new SessionTracer({ sink: store });
      tracer.startSession({ metadata: { Authorization: "Bearer secret-in-session" } });
      {
        using _step = tracer.timestep({ metadata: { api_key: "secret-in-step" } });
        tracer.addMessage({ message_type: "user", content: "GROQ_API_KEY=secret-in-message" });
        tracer.recordEvent({
          ...EVENT,
          tool: {
            name: "http",
            arguments_json: '{"headers":{"Authorization":"Bearer secret-in-args"}}',
            call_id: null,
            result: "sk-secret-in-result-123456",
          },
          error: { type: "Error", message: "401 for password=secret-in-error" },
        });
      }
      tracer.endSession({ error: new Error("token: AUTH_TOKEN=secret-in-end") });
    }
    for await (const entry of Deno.readDir(dir)) {
      const text = new TextDecoder("latin1").decode(await Deno.readFile(`${dir}/${entry.name}`));
      assert.equal(text.match(/secret-in-\w+/)?.[0], undefined, entry.name);
    }
  }));
