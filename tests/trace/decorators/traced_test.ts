import assert from "node:assert/strict";
import {
  createTraced,
  getActiveTracer,
  traceAgent,
  traceEnv,
  type TraceEvent,
  traceRuntime,
} from "../../../lib/trace/mod.ts";
import { only, session } from "../../support/traced_body.ts";

class Counter {
  count = 0;
  id = 1;

  @traceRuntime({
    stateFilter: (self: Counter) => ({ count: self.count }),
    systemInstanceId: (call) => `runtime:counter-${(call.self as Counter).id}`,
  })
  add(n: number): number {
    return this.count += n * this.id;
  }

  @traceRuntime
  addBare(n: number): number {
    return this.count += n;
  }

  @traceRuntime
  static make(): Counter {
    return new Counter();
  }

  @traceRuntime
  #hidden(): string {
    return "hidden";
  }

  callHidden(): string {
    return this.#hidden();
  }

  @traceAgent
  async later(n: number): Promise<number> {
    await Promise.resolve();
    return n + 1;
  }
}

Deno.test("createTraced() as a method decorator keeps this, arguments, result and states", async () => {
  const counter = new Counter();
  const event = only(await session(() => assert.equal(counter.add(2), 2)));
  assert(event.event_type === "runtime");
  assert.equal(event.system_instance_id, "runtime:counter-1");
  assert.deepEqual(event.system_state_before, { count: 0 });
  assert.deepEqual(event.system_state_after, { count: 2 });
  assert.deepEqual(event.actions, [2]);
  assert.deepEqual(event.metadata, { function: "Counter.add", args: [2], result: 2 });
  assert((event.latency_ms ?? -1) >= 0);
  assert.equal(event.error, null);
});

Deno.test("createTraced() names static, private and bare decorated methods", async () => {
  const trace = await session(() => {
    const counter = Counter.make();
    counter.addBare(1);
    assert.equal(counter.callHidden(), "hidden");
  });
  assert.deepEqual(
    trace.event_history.map((e) => [e.system_instance_id, e.metadata["function"]]),
    [
      ["runtime:Counter", "Counter.make"],
      ["runtime:Counter", "Counter.addBare"],
      ["runtime:Counter", "Counter.#hidden"],
    ],
  );
});

Deno.test("createTraced() as a wrapper of plain functions, sync and async", async () => {
  const traced = createTraced({ name: "calc", captureArgs: false, captureResult: false });
  const half = traced((n: number) => n / 2);
  async function slow(n: number): Promise<number> {
    await Promise.resolve();
    return n;
  }
  const slowly = traceAgent(slow);
  const trace = await session(async () => {
    assert.equal(half(4), 2);
    assert.equal(await slowly(3), 3);
  });
  assert.deepEqual(trace.event_history.map((e) => [e.system_instance_id, e.metadata]), [
    ["runtime:calc", { function: "calc" }],
    ["agent:slow", { function: "slow", args: [3], result: 3 }],
  ]);
  assert.deepEqual([slowly.name, slowly.length], ["slow", 1]);
});

Deno.test("createTraced() adds the metadata of metadataFn, and fields and metadata of eventFn", async () => {
  const sum = traceRuntime<undefined, [number, number], number>({
    captureArgs: false,
    metadataFn: ({ args, result, latencyMs }) => ({ args, result, timed: latencyMs >= 0 }),
    eventFn: ({ result }) => ({ actions: ["sum"], metadata: { of: result }, latency_ms: 5 }),
  })((a: number, b: number) => a + b);
  const event = only(await session(() => sum(1, 2)));
  assert(event.event_type === "runtime");
  const { function: _, ...metadata } = event.metadata;
  assert.deepEqual(metadata, { args: [1, 2], result: 3, timed: true, of: 3 });
  assert.deepEqual([event.actions, event.latency_ms], [["sum"], 5]);
});

Deno.test("createTraced() copies arguments and state at the call, not when it ends", async () => {
  const change = createTraced<undefined, [{ items: number[] }]>({
    stateFilter: (_self, { args }) => args[0],
  })(async (bag: { items: number[] }) => {
    bag.items.push(2);
    await Promise.resolve();
    bag.items.push(3);
    return bag;
  });
  const bag = { items: [1] };
  const event = only(await session(() => change(bag)));
  bag.items.push(4);
  assert.deepEqual(event.metadata["args"], [{ items: [1] }]);
  assert.deepEqual(event.system_state_before, { items: [1] });
  assert.deepEqual(event.system_state_after, { items: [1, 2, 3] });
  assert.deepEqual(event.metadata["result"], { items: [1, 2, 3] });
});

Deno.test("createTraced() records an error and throws on the same object, sync and async", async () => {
  const error = new RangeError("too far");
  const sync = traceEnv(() => {
    throw error;
  });
  const async = traceEnv(() => Promise.reject(error));
  const same = (thrown: unknown) => thrown === error;
  const trace = await session(async () => {
    assert.throws(sync, same);
    await assert.rejects(async, same);
  });
  assert.equal(trace.event_history.length, 2);
  for (const event of trace.event_history) {
    assert.deepEqual(event.error, { type: "RangeError", message: "too far" });
  }
});

Deno.test("createTraced() loses no event and no error to functions of its options that throw", async () => {
  const bad = () => assert.fail("bad option");
  const options = {
    stateFilter: bad,
    metadataFn: bad,
    eventFn: bad,
    messageFn: bad,
    inputMessageFn: bad,
    systemInstanceId: bad,
    autoTimestep: bad,
  };
  const error = new Error("real");
  const good = createTraced(options)(() => 1);
  const failing = createTraced(options)(() => {
    throw error;
  });
  const trace = await session(() => {
    assert.equal(good(), 1);
    assert.throws(failing, (thrown) => thrown === error);
  });
  assert.equal(trace.event_history.length, 2);
  assert.equal(trace.time_steps.length, 2);
  assert.deepEqual(trace.event_history.map((e) => e.error?.message), [undefined, "real"]);
  for (const event of trace.event_history) {
    const failures = Object.keys(event.metadata["trace_failures"] ?? {}).toSorted();
    assert.deepEqual(failures, Object.keys(options).toSorted());
  }
});

Deno.test("createTraced() with a stateFilter that returns nothing keeps the error and the event", async () => {
  const failing = createTraced({ stateFilter: () => undefined })(() => {
    throw new Error("kept");
  });
  const event = only(await session(() => assert.throws(failing, /kept/)));
  assert.equal(event.error?.message, "kept");
  assert.deepEqual([event.system_state_before, event.system_state_after], [null, null]);
});

Deno.test("createTraced() records messages around the event, in and out", async () => {
  const agent = traceAgent<undefined, [string], string>({
    inputMessageFn: ({ args }) => ({ message_type: "user", content: args[0] }),
    messageFn: ({ result, error }) => [
      { message_type: "assistant", content: result ?? String(error) },
      { message_type: "note", content: 1 },
    ],
  })((question: string) => question.toUpperCase());
  const trace = await session(() => agent("why"));
  assert.deepEqual(trace.message_history.map((m) => [m.seq, m.content]), [
    [0, "why"],
    [2, "WHY"],
    [3, 1],
  ]);
  assert.equal(trace.event_history[0]?.seq, 1);
});

Deno.test("createTraced() autoTimestep makes each outer call a step, and nested calls part of it", async () => {
  const inner = traceRuntime({ autoTimestep: true })(() => 1);
  const outer = traceAgent<undefined, [number]>({
    autoTimestep: ({ args }) => ({ turnNumber: args[0], stepId: `turn_${args[0]}` }),
  })((n: number) => {
    inner();
    if (n === 9) throw new Error("nine");
  });
  const trace = await session(() => {
    outer(5);
    assert.throws(() => outer(9), /nine/);
    inner();
  });
  assert.deepEqual(
    trace.time_steps.map((step) => [step.step_id, step.turn_number, step.events.length]),
    [["turn_5", 5, 2], ["turn_9", 9, 2], ["step_2", 2, 1]],
  );
  assert(trace.time_steps.every(({ completed_at }) => completed_at !== null));
});

Deno.test("createTraced() makes a step also where autoTimestep names no turn that can be", async () => {
  const traced = createTraced({ autoTimestep: () => ({ turnNumber: Number.NaN }) })(() => 1);
  const trace = await session(() => assert.equal(traced(), 1));
  assert.equal(trace.time_steps[0]?.turn_number, 0);
  const failures = only(trace).metadata["trace_failures"] as Record<string, string>;
  assert.match(failures["autoTimestep"] ?? "", /turn "NaN"/);
});

Deno.test("createTraced() gives nested and parallel calls their parents", async () => {
  const leaf = traceRuntime(async function leaf(name: string) {
    await new Promise((resolve) => setTimeout(resolve, name === "a" ? 4 : 1));
    getActiveTracer()?.recordEvent({ event_type: "runtime", system_instance_id: `by ${name}` });
  });
  const branch = traceRuntime(async function branch(name: string) {
    await leaf(name);
  });
  const trunk = traceAgent(async function trunk() {
    await Promise.all([branch("a"), branch("b")]);
  });
  const trace = await session(trunk);
  const bySpan = new Map(trace.event_history.map((event) => [event.span_id, event]));
  const label = (event: TraceEvent) => {
    const args = event.metadata["args"] as string[] | undefined;
    return `${event.metadata["function"] ?? event.system_instance_id}${args?.[0] ?? ""}`;
  };
  const pairs = trace.event_history.map((event) => {
    const parent = bySpan.get(event.parent_span_id ?? "");
    return `${label(event)} < ${parent === undefined ? "session" : label(parent)}`;
  });
  assert.deepEqual(pairs, [
    "by b < leafb",
    "leafb < branchb",
    "branchb < trunk",
    "by a < leafa",
    "leafa < brancha",
    "brancha < trunk",
    "trunk < session",
  ]);
});
