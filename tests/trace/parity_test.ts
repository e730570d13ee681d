import assert from "node:assert/strict";
import { OwllmError } from "../../lib/core/mod.ts";
import {
  assertTraceEquivalence,
  compareTraces,
  type DifferenceKind,
  type NewEvent,
  type SessionTrace,
  SessionTracer,
  trackLm,
  withTracer,
} from "../../lib/trace/mod.ts";
import { type Fault, handmade } from "../support/broken_decorators.ts";
import { GRID_PLAN } from "../support/grid_world.ts";
import {
  askPlan,
  askServer,
  RIGHT,
  traceByDecorators,
  traceByHand,
  TracedGame,
} from "../support/parity_scenario.ts";
import { startScriptedServer } from "../support/scripted/mod.ts";

/** For whole runs on a machine that is busy with other things. */
const BUSY = { toleranceMs: 3_000, costPerRecordMs: 300 };

Deno.test("assertTraceEquivalence() accepts an agent loop traced by wrappers", async () => {
  const manual = await traceByHand(askPlan);
  const decorated = await traceByDecorators(askPlan, RIGHT);
  assertTraceEquivalence(manual, decorated, BUSY);
  // What was compared: a whole run with rewards, an error and a happy end.
  assert.equal(manual.time_steps.length, GRID_PLAN.length);
  assert.equal(manual.event_history.length, 3 * GRID_PLAN.length);
  assert.equal(manual.message_history.length, 2 * GRID_PLAN.length);
  assert.equal(decorated.event_history.length, manual.event_history.length);
  assert.equal(manual.event_history.filter(({ error }) => error !== null).length, 1);
});

Deno.test("assertTraceEquivalence() accepts an agent loop traced by method decorators", async () => {
  assertTraceEquivalence(await traceByHand(askPlan), await new TracedGame(askPlan).play(), BUSY);
});

Deno.test("assertTraceEquivalence() accepts an agent that asks a model server over HTTP", async () => {
  const play = async (trace: (ask: ReturnType<typeof askServer>) => Promise<SessionTrace>) => {
    await using server = await startScriptedServer({
      dialect: "openai",
      fault: {
        name: "follows the plan",
        reply: (reply, _request, { requests }) => ({
          ...reply,
          tokens: [GRID_PLAN[requests.length - 1] ?? "noop"],
          toolCalls: [],
          finish: "stop",
          completionTokens: 1,
        }),
      },
    });
    return await trace(askServer(server.url));
  };
  const manual = await play(traceByHand);
  const decorated = await play((ask) => traceByDecorators(ask, RIGHT));
  assertTraceEquivalence(manual, decorated, BUSY);
  assert.equal(manual.time_steps.length, GRID_PLAN.length);
  const model = manual.event_history.find((event) => event.event_type === "cais");
  assert.equal(model?.model_name, "scripted:7b");
  assert((model?.input_tokens ?? 0) > 0);
});

Deno.test("assertTraceEquivalence() accepts decorators of somebody else that are right", async () => {
  assertTraceEquivalence(
    await traceByHand(askPlan),
    await traceByDecorators(askPlan, handmade()),
    BUSY,
  );
});

/** What each broken decorator is caught by: the kind, and a part of the sentence. */
const CAUGHT: Readonly<Record<Fault, readonly [DifferenceKind, RegExp]>> = {
  "error without its cause": [
    "error",
    /has another error: \{"type":"RangeError".* null in the dec/,
  ],
  "only successes are recorded": ["event", /env:grid.* in step "turn_7"\) is missing/],
  "message after the event": ["order", /^Event 1 .* comes before message 0 /],
  "event before the call": ["order", /runtime:loop.* comes before event \d+ \(env/],
  "state by reference": ["state", /another state before at "position.0": 1 in .* 2 in the dec/],
  "states share an object": ["state", /shares one object between its state before/],
  "lost metadata": ["metadata", /another metadata at "action": "move_up" in .*, nothing in/],
  "changed metadata": ["metadata", /another metadata at "chosen": "move_up" in .*, "other" in/],
  "doubled event": ["event", /agent:player.* is recorded twice/],
  "no turn": ["turn", /number of steps: 17 in the manual trace, 0 in the decorated/],
  "wrong turn number": ["turn", /^Step 0 has another turn: 0 in the manual trace, 1 in/],
  "event after its step": [
    "turn",
    /runtime:loop.* is outside of steps in the decorated trace, and 16 more/,
  ],
  "late timestamp": ["time", /is [3-9]\d\d ms later in the decorated trace/],
  "lost latency": ["time", /has lost its latency/],
  "lost message": ["message", /^Message 0 \("observation" from "env:grid" .* is missing/],
  "changed message": ["message", /another content: "at 1,1.*" in .*, "something else" in/],
  "doubled message": ["message", /^Message \d+ \("observation" .* is recorded twice/],
  "lost reward": ["field", /another reward: 1 in the manual trace, 0 in the decorated/],
  "lost tokens": ["field", /another input_tokens: \d+ in the manual trace, null in/],
  "lost action": ["field", /another actions at "0": 0 in the manual trace, nothing in/],
  "slow": ["cost", /longer with decorators: \d+\.\d ms a record, and 5 ms are allowed/],
};

for (const [fault, [kind, sentence]] of Object.entries(CAUGHT)) {
  Deno.test(`assertTraceEquivalence() catches a broken decorator: ${fault}`, async () => {
    const manual = await traceByHand(askPlan);
    const decorated = await traceByDecorators(askPlan, handmade(fault as Fault));
    const found = compareTraces(manual, decorated);
    const hit = found.find((one) => one.kind === kind && sentence.test(one.message));
    assert(hit !== undefined, JSON.stringify(found.slice(0, 5), null, 1));
    assert.throws(
      () => assertTraceEquivalence(manual, decorated),
      (error) => error instanceof OwllmError && error.context["differences"] === found.length,
    );
  });
}

/** A small trace: events in the order of their ids, each in a step of its own. */
function small(ids: readonly string[], more: Partial<NewEvent> = {}, end: unknown = undefined) {
  const tracer = new SessionTracer();
  tracer.startSession({ metadata: { a: 1 }, tags: ["t"] });
  for (const id of ids) {
    using _step = tracer.timestep();
    tracer.recordEvent({ event_type: "runtime", system_instance_id: id, ...more } as NewEvent);
  }
  return tracer.endSession({ error: end });
}

Deno.test("compareTraces() finds nothing between a trace and itself", () => {
  const trace = small(["a", "b"]);
  assert.deepEqual(compareTraces(trace, trace), []);
});

Deno.test("compareTraces() gives one sentence for one lost event, also among many alike", () => {
  const tracer = (values: readonly number[]) => {
    const one = new SessionTracer();
    one.startSession();
    for (const n of values) {
      one.recordEvent({ event_type: "runtime", system_instance_id: "x", actions: [n] });
    }
    return one.endSession();
  };
  const found = compareTraces(tracer([1, 2, 3, 4]), tracer([1, 3, 4]));
  assert.deepEqual(found.map(({ message }) => message), [
    'Event 1 (runtime of "x", outside of steps) is missing in the decorated trace',
  ]);
  const more = compareTraces(tracer([1, 2]), tracer([1, 2, 9]));
  assert.deepEqual(more.map(({ message }) => message), [
    'Event 2 (runtime of "x", outside of steps) of the decorated trace has no equivalent in the manual one',
  ]);
});

Deno.test("compareTraces() compares sessions: status, error, tags and metadata", () => {
  const manual = small(["a"], {}, new Error("end"));
  const decorated = { ...small(["a"]), tags: [], metadata: {}, kind: "run" };
  assert.deepEqual(compareTraces(manual, decorated).map(({ kind, where }) => [kind, where]), [
    ["session", "the session"],
    ["session", "the session"],
    ["session", "the session"],
    ["metadata", "the session"],
    ["error", "the session"],
  ]);
});

Deno.test("compareTraces() sees a step that was never ended", () => {
  const manual = small(["a"]);
  const open = manual.time_steps.map((step) => ({ ...step, completed_at: null }));
  assert.deepEqual(compareTraces(manual, { ...manual, time_steps: open }), [{
    kind: "turn",
    where: "step 0",
    message: "Step 0 was never ended in the decorated trace",
  }]);
});

Deno.test("compareTraces() takes its limits from the options", () => {
  const manual = small(["a"], { latency_ms: 10, metadata: { id: 1 } });
  const decorated = small(["a"], { latency_ms: 40, metadata: { id: 2 } });
  const kinds = (options: Parameters<typeof compareTraces>[2]) =>
    compareTraces(manual, decorated, options).map(({ kind }) => kind);
  assert.deepEqual(kinds({}), ["metadata"]);
  assert.deepEqual(kinds({ ignoreMetadata: ["id"] }), []);
  assert.deepEqual(kinds({ ignore: ["metadata"], toleranceMs: 20 }), ["time"]);
  const long = { ...decorated, ended_at: (decorated.ended_at ?? 0) + 1 };
  assert.deepEqual(compareTraces(manual, long, { ignore: ["metadata"] }).map((d) => d.kind), [
    "cost",
  ]);
  assert.deepEqual(
    compareTraces(manual, long, { ignore: ["metadata"], costPerRecordMs: 2000 }),
    [],
  );
});

Deno.test("compareTraces() lets the decorated trace know more, but not in lists", () => {
  const with_ = (metadata: Record<string, unknown>) => small(["a"], { metadata });
  assert.deepEqual(compareTraces(with_({ a: { b: 1 } }), with_({ a: { b: 1, c: 2 }, d: 3 })), []);
  const longer = compareTraces(with_({ a: [1] }), with_({ a: [1, 2] }));
  assert.match(longer[0]?.message ?? "", /metadata at "a.1": nothing in the manual trace, 2 in/);
});

Deno.test("compareTraces() compares calls of models but not their ids and moments", () => {
  const called = (content: string, call_id: string) => {
    const tracer = new SessionTracer();
    tracer.startSession();
    withTracer(tracer, () =>
      trackLm({
        system_id: "s",
        system_instance_id: "llm",
        call_id,
        messages: [{ role: "user", content }],
      }));
    return tracer.endSession();
  };
  assert.deepEqual(compareTraces(called("a", "1"), called("a", "2")), []);
  const [found] = compareTraces(called("a", "1"), called("b", "1"));
  assert.match(
    found?.message ?? "",
    /another call_records at "0.input_messages.0.parts.0.text": "a" in .*, "b" in/,
  );
});

Deno.test("compareTraces() sees a child that lost its parent", () => {
  const nested = (keep: boolean) => {
    const tracer = new SessionTracer();
    tracer.startSession();
    const span_id = tracer.newSpanId();
    const child = { event_type: "runtime", system_instance_id: "child" } as const;
    tracer.recordEvent({ ...child, parent_span_id: keep ? span_id : null });
    tracer.recordEvent({ event_type: "runtime", system_instance_id: "parent", span_id });
    return tracer.endSession();
  };
  assert.deepEqual(compareTraces(nested(true), nested(true)), []);
  assert.deepEqual(compareTraces(nested(false), nested(true)), []);
  assert.deepEqual(compareTraces(nested(true), nested(false)).map(({ message }) => message), [
    'Event 0 (runtime of "child", outside of steps) is no child of event 1 (runtime of "parent", outside of steps) in the decorated trace',
  ]);
});

/** What may be another in each run: ids, places in a list of both kinds, and short times. */
const FREE =
  /^time_steps\.\d+\.step_index$|(?:session_id|trace_id|span_id|created_at|ended_at|seq|started_at|completed_at|call_id|latency_ms|event_time)$/;

/** Every leaf of a trace, with the way to it. */
function* leaves(value: unknown, path: readonly string[] = []): Generator<readonly string[]> {
  if (typeof value !== "object" || value === null) yield path;
  else for (const [key, item] of Object.entries(value)) yield* leaves(item, [...path, key]);
}

function changeLeaf(root: unknown, path: readonly string[]): void {
  const key = path.at(-1) ?? assert.fail();
  const at = path.slice(0, -1).reduce(
    (value, name) => (value as Record<string, unknown>)[name],
    root,
  ) as Record<string, unknown>;
  const old = at[key];
  at[key] = typeof old === "number" ? old + 1 : typeof old === "boolean" ? !old : `${old} changed`;
}

Deno.test("compareTraces() sees a change of any single value that is the same in every run", async () => {
  const manual = await traceByHand(askPlan);
  // The records of steps are those of the histories; of the others one turn with an error is enough.
  const some = manual.time_steps.findIndex(({ events }) => events.some(({ error }) => error));
  const paths = [...leaves(manual)].filter(([list, index, inner]) => {
    if (list === "time_steps") return inner !== "events" && inner !== "messages";
    const step = list === "event_history" || list === "message_history"
      ? manual[list][Number(index)]?.step_index
      : some;
    return step === some;
  });
  const unseen = paths.filter((path) => {
    const changed = structuredClone(manual);
    changeLeaf(changed, path);
    return compareTraces(manual, changed).length === 0;
  }).map((path) => path.join("."));
  assert(paths.length > 100, `${paths.length} values`);
  assert.deepEqual(unseen.filter((path) => !FREE.test(path)), []);
});

Deno.test("compareTraces() tells a list from an object", () => {
  const state = (system_state_after: unknown) => small(["a"], { system_state_after });
  const [found] = compareTraces(state([]), state({}));
  assert.match(found?.message ?? "", /state after: \[\] in the manual trace, \{\} in/);
});

Deno.test("assertTraceEquivalence() says what differs, and stops at twenty sentences", () => {
  const ids = Array.from({ length: 30 }, (_, i) => `e${i}`);
  assert.throws(() => assertTraceEquivalence(small(ids), small([])), (error) => {
    assert(error instanceof OwllmError);
    assert.match(error.message, /^The decorated trace differs from the manual one:\n- turn: /);
    assert.match(error.message, /\n- and 11 more$/);
    assert.equal(error.context["differences"], 31);
    return true;
  });
});
