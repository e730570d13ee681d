import assert from "node:assert/strict";
import {
  finish,
  getActiveTracer,
  getSystemId,
  type SessionTrace,
  SessionTracer,
  traceAgent,
  traceEnv,
  traceRuntime,
  type TrackedLm,
  trackLm,
  trackRewardSignal,
  withTracer,
} from "../../lib/trace/mod.ts";

async function session(body: (tracer: SessionTracer) => unknown): Promise<SessionTrace> {
  const tracer = new SessionTracer();
  tracer.startSession();
  await withTracer(tracer, async () => await body(tracer));
  return tracer.endSession();
}

const SYSTEM = { system_id: getSystemId("coder"), system_instance_id: "agent:coder-1" };

const CALL: TrackedLm = {
  ...SYSTEM,
  messages: [{ role: "user", content: "Fix it" }],
  output_messages: [{
    role: "assistant",
    content: null,
    tool_calls: [{ id: "call_1", function: { name: "read_file", arguments: '{"path":"a"}' } }],
  }],
  model_name: "smollm2",
  provider: "ollama",
  input_tokens: 10,
  output_tokens: 5,
};

Deno.test("trackLm() records the call with its messages, tool calls and tokens", async () => {
  const trace = await session(() =>
    trackLm({ ...CALL, latency_ms: 20, finish_reason: "tool_calls", metadata: { n: 1 } })
  );
  const event = trace.event_history[0];
  assert(event?.event_type === "cais");
  assert.equal(event.system_instance_id, "agent:coder-1");
  assert.deepEqual([event.model_name, event.input_tokens, event.total_tokens, event.latency_ms], [
    "smollm2",
    10,
    15,
    20,
  ]);
  assert.deepEqual(event.metadata, { system_id: SYSTEM.system_id, n: 1 });
  const record = event.call_records[0];
  assert.deepEqual(record?.input_messages, [
    { role: "user", parts: [{ type: "text", text: "Fix it" }] },
  ]);
  assert.deepEqual(record?.output_tool_calls, [
    { name: "read_file", arguments_json: '{"path":"a"}', call_id: "call_1" },
  ]);
  const took = Date.parse(record?.completed_at ?? "") - Date.parse(record?.started_at ?? "");
  assert.deepEqual([took, record?.finish_reason, record?.usage.total_tokens], [
    20,
    "tool_calls",
    15,
  ]);
});

Deno.test("trackLm() keeps images, names, tool answers and parsed arguments", async () => {
  const trace = await session(() =>
    trackLm({
      ...SYSTEM,
      messages: [
        {
          role: "user",
          name: "me",
          content: [
            { type: "text", text: "see" },
            { type: "image_url", image_url: { url: "data:x" } },
          ],
        },
        { role: "tool", tool_call_id: "c", content: "done" },
      ],
      tool_calls: [{ function: { name: "f", arguments: { a: 1 } } }],
      error: new Error("cut"),
    })
  );
  const event = trace.event_history[0];
  assert(event?.event_type === "cais");
  assert.equal(event.error?.message, "cut");
  const [record] = event.call_records;
  assert.deepEqual(record?.input_messages, [
    {
      role: "user",
      name: "me",
      parts: [{ type: "text", text: "see" }, { type: "image_url", text: null, uri: "data:x" }],
    },
    { role: "tool", tool_call_id: "c", parts: [{ type: "text", text: "done" }] },
  ]);
  assert.deepEqual(record?.output_tool_calls, [
    { name: "f", arguments_json: '{"a":1}', call_id: null },
  ]);
});

Deno.test("trackLm(), trackRewardSignal() and finish() do nothing without a tracer or session", () => {
  const all = () => [
    trackLm(CALL),
    trackRewardSignal({ ...SYSTEM, reward: 1 }),
    finish(SYSTEM),
  ];
  assert.deepEqual(all(), [undefined, undefined, undefined]);
  assert.deepEqual(withTracer(new SessionTracer(), all), [undefined, undefined, undefined]);
});

Deno.test("trackLm() inside a traced agent adds to its one event; tokens are counted once", async () => {
  const agent = traceAgent(function ask() {
    trackLm({ ...CALL, turn_number: 1 });
    trackLm({ ...CALL, turn_number: 1, metadata: { try: 2 } });
    return { model: "other", usage: { prompt_tokens: 20, completion_tokens: 10 } };
  });
  const trace = await session(agent);
  assert.equal(trace.event_history.length, 1);
  const event = trace.event_history[0];
  assert(event?.event_type === "cais");
  assert.deepEqual([event.model_name, event.input_tokens, event.output_tokens], [
    "smollm2",
    20,
    10,
  ]);
  assert.equal(event.call_records.length, 2);
  assert.equal(event.metadata["try"], 2);
  assert.equal(event.metadata["function"], "ask");
});

Deno.test("trackRewardSignal() inside a traced environment gives its one event the reward", async () => {
  const env = traceEnv(() => {
    trackRewardSignal({ ...SYSTEM, reward: 2, terminated: true, system_state_after: { n: 1 } });
    return { reward: 0 };
  });
  const trace = await session(env);
  assert.equal(trace.event_history.length, 1);
  const event = trace.event_history[0];
  assert(event?.event_type === "environment");
  assert.deepEqual([event.reward, event.terminated, event.system_state_after], [
    2,
    true,
    { n: 1 },
  ]);
});

Deno.test("trackers inside a traced call of another type record a child of it", async () => {
  const tool = traceRuntime(() => {
    trackLm(CALL);
    trackRewardSignal({ ...SYSTEM, reward: 1 });
  });
  const trace = await session(tool);
  assert.deepEqual(trace.event_history.map(({ event_type }) => event_type), [
    "cais",
    "environment",
    "runtime",
  ]);
  const parent = trace.event_history[2]?.span_id;
  assert.deepEqual(trace.event_history.slice(0, 2).map((e) => e.parent_span_id), [parent, parent]);
});

Deno.test("trackLm() does not repeat a call that the tracer has by its id", async () => {
  const trace = await session((tracer) => {
    trackLm({ ...CALL, call_id: "call-7" });
    trackLm({ ...CALL, call_id: "call-7" });
    const byHand = trackLm({ ...CALL, call_id: "call-8" });
    assert(byHand?.event_type === "cais");
    tracer.recordEvent({ ...byHand, call_records: [] });
    assert.equal(trackLm({ ...CALL, call_id: "call-8" }), undefined);
  });
  assert.equal(trace.event_history.length, 3);
});

Deno.test("trackers make a step of each turn where no step is open, and finish() ends the last", async () => {
  const trace = await session((tracer) => {
    for (const turn_number of [1, 2]) {
      trackLm({ ...CALL, turn_number });
      trackRewardSignal({ ...SYSTEM, turn_number, reward: turn_number });
    }
    finish({ ...SYSTEM, turn_number: 2, error: new Error("gave up") });
    assert.equal(tracer.inTimestep, false);
  });
  assert.deepEqual(
    trace.time_steps.map((step) => [step.step_id, step.turn_number, step.events.length]),
    [["turn_1", 1, 2], ["turn_2", 2, 3]],
  );
  const last = trace.event_history.at(-1);
  assert.deepEqual(last?.event_type === "runtime" && last.actions, ["finish"]);
  assert.deepEqual([last?.error?.message, last?.time_record.message_time], ["gave up", 2]);
});

Deno.test("trackers leave the steps of others alone", async () => {
  const trace = await session((tracer) => {
    tracer.startTimestep({ stepId: "mine", turnNumber: 0 });
    trackLm({ ...CALL, turn_number: 5 });
    finish({ ...SYSTEM, turn_number: 6 });
    assert.equal(getActiveTracer()?.currentTimestep?.step_id, "mine");
  });
  assert.equal(trace.time_steps.length, 1);
  assert.deepEqual(trace.event_history.map((e) => e.time_record.message_time), [5, 6]);
});

Deno.test("getSystemId() is the same for the same name, in every process, and refuses none", () => {
  assert.equal(getSystemId("coder"), "system_2ffb718dfae53952");
  assert.equal(getSystemId("café"), getSystemId("cafe\u0301"));
  const names = Array.from({ length: 10_000 }, (_, i) => getSystemId(`agent ${i}`));
  assert.equal(new Set(names).size, names.length);
  assert.throws(() => getSystemId(" "), /Cannot make a system id of the name " "/);
});
