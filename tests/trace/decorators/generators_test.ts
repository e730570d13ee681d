import assert from "node:assert/strict";
import {
  createTraced,
  getActiveTracer,
  type SessionTrace,
  SessionTracer,
  traceAgent,
  traceRuntime,
  withTracer,
} from "../../../lib/trace/mod.ts";

async function session(body: () => unknown): Promise<SessionTrace> {
  const tracer = new SessionTracer();
  tracer.startSession();
  await withTracer(tracer, async () => await body());
  return tracer.endSession();
}

const note = (id: string) =>
  getActiveTracer()?.recordEvent({ event_type: "runtime", system_instance_id: id });

/** Yields 1, 2 and 3 and notes how it was left. */
function* counting(): Generator<number, string, string | undefined> {
  try {
    for (let n = 1; n <= 3; n++) note(`sent ${yield n}`);
    return "all";
  } finally {
    note("left");
  }
}

async function* countingSlowly(): AsyncGenerator<number, string, string | undefined> {
  try {
    for (let n = 1; n <= 3; n++) {
      await Promise.resolve();
      note(`sent ${yield n}`);
    }
    return "all";
  } finally {
    await Promise.resolve();
    note("left");
  }
}

const sync = traceAgent(counting);
const async = traceAgent(countingSlowly);

/** What the last event, that of the generator, says; and who its parent's children are. */
function seen(trace: SessionTrace) {
  const last = trace.event_history.at(-1) ?? assert.fail();
  const inside = trace.event_history.slice(0, -1);
  assert(inside.every(({ parent_span_id }) => parent_span_id === last.span_id));
  return {
    inside: inside.map((event) => event.system_instance_id),
    error: last.error?.message,
    ...last.metadata,
  };
}

Deno.test("createTraced() records a generator when it is done, with what it yielded", async () => {
  const expected = {
    inside: ["sent a", "sent b", "sent c", "left"],
    error: undefined,
    args: [],
    result: "all",
    yielded: 3,
    items: [1, 2, 3],
  };
  const drive = async (traced: typeof sync | typeof async) => {
    const generator = traced();
    const steps = [await generator.next("ignored")];
    for (const sent of ["a", "b", "c", "d"]) steps.push(await generator.next(sent));
    assert.deepEqual(steps.map(({ value }) => value), [1, 2, 3, "all", undefined]);
  };
  assert.deepEqual(seen(await session(() => drive(sync))), { ...expected, function: "counting" });
  assert.deepEqual(seen(await session(() => drive(async))), {
    ...expected,
    function: "countingSlowly",
  });
});

Deno.test("createTraced() records a generator that is left early, once its finally has run", async () => {
  const expected = {
    inside: ["sent undefined", "left"],
    error: undefined,
    args: [],
    yielded: 2,
    items: [1, 2],
    returned_early: true,
  };
  const one = await session(() => {
    for (const n of sync()) if (n === 2) break;
  });
  const other = await session(async () => {
    for await (const n of async()) if (n === 2) break;
  });
  assert.deepEqual(seen(one), { ...expected, function: "counting" });
  assert.deepEqual(seen(other), { ...expected, function: "countingSlowly" });
});

Deno.test("createTraced() records an error thrown into a generator and throws on the same", async () => {
  const error = new Error("thrown in");
  const same = (thrown: unknown) => thrown === error;
  const one = await session(() => {
    const generator = sync();
    generator.next("");
    assert.throws(() => generator.throw(error), same);
  });
  const other = await session(async () => {
    const generator = async();
    await generator.next("");
    await assert.rejects(generator.throw(error), same);
  });
  for (const trace of [one, other]) {
    const { inside, error, yielded } = seen(trace) as Record<string, unknown>;
    assert.deepEqual([inside, error, yielded], [["left"], "thrown in", 1]);
  }
});

Deno.test("createTraced() records an error that a generator throws, and one it survives", async () => {
  const failing = traceRuntime(async function* () {
    yield 1;
    throw new RangeError("inside");
  });
  const tough = traceRuntime(function* (): Generator<number, string> {
    try {
      yield 1;
    } catch {
      yield 2;
    }
    return "survived";
  });
  const trace = await session(async () => {
    await assert.rejects(Array.fromAsync(failing()), RangeError);
    const generator = tough();
    generator.next();
    assert.equal(generator.throw(new Error("x")).value, 2);
    generator.next();
  });
  assert.deepEqual(
    trace.event_history.map((event) => event.error?.message ?? event.metadata["result"]),
    ["inside", "survived"],
  );
});

Deno.test("createTraced() starts with the first next(), and records nothing before", async () => {
  const trace = await session(async () => {
    sync();
    sync().return("never");
    assert.throws(() => sync().throw(new Error("never")), /never/);
    await async().return("never");
  });
  assert.equal(trace.event_history.length, 0);
});

Deno.test("createTraced() keeps a generator what it is: kind, prototype, helpers, using", async () => {
  const kind = (value: unknown) => Object.prototype.toString.call(value);
  assert.equal(Object.getPrototypeOf(sync), Object.getPrototypeOf(counting));
  const trace = await session(() => {
    const generator = sync();
    assert.equal(kind(generator), "[object Generator]");
    assert(generator instanceof counting);
    assert.equal(generator[Symbol.iterator](), generator);
    assert.equal(kind(async()), "[object AsyncGenerator]");
    assert.deepEqual(generator.map((n) => n * 2).take(2).toArray(), [2, 4]);
  });
  assert.equal(trace.event_history.at(-1)?.metadata["returned_early"], true);
});

Deno.test("createTraced() records a generator that others drive, outside of the tracer", async () => {
  const trace = await session(() => {
    const generator = sync();
    withTracer(undefined, () => [...generator]);
  });
  assert.equal(trace.event_history.at(-1)?.metadata["yielded"], 3);
  assert.equal(trace.event_history[0]?.system_instance_id, "sent undefined");
});

Deno.test("createTraced() gives a generator the parent that it began under", async () => {
  const first = traceRuntime(function first(generator: Iterator<number>) {
    generator.next();
  });
  const trace = await session(() => {
    const generator = sync();
    first(generator);
    generator.return("");
  });
  const [outer] = trace.event_history.filter(({ metadata }) => metadata["function"] === "first");
  assert.equal(trace.event_history.at(-1)?.parent_span_id, outer?.span_id);
});

Deno.test("createTraced() keeps the first thousand items of an endless generator", async () => {
  const endless = createTraced()(function* () {
    for (let n = 0;; n++) yield n;
  });
  const trace = await session(() => {
    for (const n of endless()) if (n === 1500) break;
  });
  const { yielded, items } = trace.event_history[0]?.metadata ?? {};
  assert.deepEqual([yielded, (items as unknown[]).length], [1501, 1000]);
});

Deno.test("createTraced() on generator methods keeps this and the states around the whole run", async () => {
  class Agent {
    turns = 0;
    @traceAgent({ stateFilter: ({ turns }: Agent) => turns, autoTimestep: true })
    async *run(limit: number): AsyncGenerator<number> {
      while (this.turns < limit) yield this.turns++;
      await Promise.resolve();
    }
  }
  const trace = await session(async () => {
    assert.deepEqual(await Array.fromAsync(new Agent().run(2)), [0, 1]);
  });
  const event = trace.event_history[0];
  assert.deepEqual([event?.system_state_before, event?.system_state_after], [0, 2]);
  assert.equal(event?.system_instance_id, "agent:Agent");
  assert.equal(trace.time_steps[0]?.events.length, 1);
});
