import assert from "node:assert/strict";
import {
  createTraced,
  getActiveTracer,
  SessionTracer,
  setActiveTracer,
  traceAgent,
  traceEnv,
  traceRuntime,
  withTracer,
} from "../../../lib/trace/mod.ts";

import { session } from "../../support/traced_body.ts";

Deno.test("createTraced() without a tracer, or without a session, runs the function unchanged", async () => {
  let asked = 0;
  const count = () => void asked++;
  const traced = createTraced({ stateFilter: count, metadataFn: count, eventFn: count });
  const promise = Promise.resolve(1);
  const same = traced(() => promise);
  assert.equal(same(), promise);
  assert.equal(withTracer(new SessionTracer(), same), promise);
  assert.equal(
    await session(() => withTracer(undefined, same)).then((t) => t.event_history.length),
    0,
  );
  assert.equal(asked, 0);
});

Deno.test("createTraced() whose session ends during the call still gives its result", async () => {
  const tracer = new SessionTracer();
  const traced = traceRuntime(async () => {
    await Promise.resolve();
    return "done";
  });
  tracer.startSession();
  const running = withTracer(tracer, traced);
  tracer.endSession();
  tracer.startSession();
  assert.equal(await running, "done");
  assert.equal(tracer.endSession().event_history.length, 0);
});

Deno.test("createTraced() lets the function's error win over that of a broken sink", async () => {
  const nothing = () => {};
  const tracer = new SessionTracer({
    sink: {
      sessionStarted: nothing,
      stepStarted: nothing,
      event: () => assert.fail("disk full"),
      message: nothing,
      stepEnded: nothing,
      sessionEnded: nothing,
    },
  });
  tracer.startSession();
  await withTracer(tracer, async () => {
    const failing = traceRuntime(() => Promise.reject(new Error("mine")));
    await assert.rejects(failing, /mine/);
    assert.throws(traceRuntime(() => 1), /disk full/);
  });
});

Deno.test("createTraced() refuses what is no method, with a way out", () => {
  const field = { kind: "field", name: "x" } as unknown as ClassMethodDecoratorContext;
  assert.throws(
    () => createTraced()((() => {}) as () => void, field),
    /Cannot trace "x": only methods/,
  );
  assert.throws(() => createTraced()(3 as unknown as () => void), /Cannot trace "3"/);
});

Deno.test("traceAgent reads model and tokens, traceEnv reward and end, from the result", async () => {
  const ask = traceAgent(() => ({
    model: "smollm2",
    usage: { prompt_tokens: 3, completion_tokens: 4 },
  }));
  const named = traceEnv(() => ({ reward: 0.5, done: true }));
  const row = traceEnv(() => ["observation", 1, false, true, {}]);
  const said = traceEnv<undefined, [], number>({
    eventFn: ({ result }) => ({ reward: result ?? 0 }),
  })(
    () => 7,
  );
  const [agent, ...envs] = (await session(() => {
    ask();
    named();
    row();
    said();
  })).event_history;
  assert(agent?.event_type === "cais");
  assert.deepEqual([agent.model_name, agent.input_tokens, agent.total_tokens], ["smollm2", 3, 7]);
  assert.deepEqual(
    envs.map((e) => e.event_type === "environment" && [e.reward, e.terminated, e.truncated]),
    [[0.5, true, false], [1, false, true], [7, false, false]],
  );
});

Deno.test("setActiveTracer(), withTracer() and getActiveTracer() keep to their context", async () => {
  const outer = new SessionTracer();
  const inner = new SessionTracer();
  await withTracer(undefined, async () => {
    setActiveTracer(outer);
    await Promise.resolve();
    assert.equal(getActiveTracer(), outer);
    await withTracer(inner, async () => {
      await Promise.resolve();
      assert.equal(getActiveTracer(), inner);
    });
    assert.equal(getActiveTracer(), outer);
    setActiveTracer(undefined);
    assert.equal(getActiveTracer(), undefined);
  });
  assert.equal(getActiveTracer(), undefined);
});
