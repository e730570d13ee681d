import assert from "node:assert/strict";
import { z } from "zod";
import { OwllmError, systemClock } from "../../lib/core/mod.ts";
import { type AnyTool, InstrumentedTool, type ToolInvocation } from "../../lib/tools/mod.ts";
import { type RuntimeEvent, SessionTracer, type TraceEvent } from "../../lib/trace/mod.ts";

const never = new AbortController().signal;

/** A tool that doubles a number, refuses 13 and has a defect at 0. */
const DOUBLE: AnyTool = {
  name: "double",
  description: "Doubles",
  effect: "read",
  schema: z.strictObject({ n: z.int() }),
  run({ n }: { readonly n: number }) {
    if (n === 13) {
      throw new OwllmError({
        code: "denied",
        message: "13 is not doubled",
        recoverySuggestion: "Take 12",
        context: { n },
      });
    }
    if (n === 0) throw new TypeError("cannot read x of undefined");
    return Promise.resolve({ text: `${n * 2}`, truncated: false });
  },
};

/** Calls the tool as a run does, and gives back the outcomes with what was traced of them. */
async function traced(...invocations: readonly ToolInvocation[]) {
  const tracer = new SessionTracer();
  tracer.startSession();
  const tool = new InstrumentedTool(DOUBLE, { tracer, clock: systemClock });
  const outcomes = [];
  for (const invocation of invocations) outcomes.push(await tool.call(invocation, never));
  const events = tracer.endSession().event_history.map(runtime);
  return { outcomes, events };
}

function runtime(event: TraceEvent): RuntimeEvent {
  return event.event_type === "runtime" ? event : assert.fail(event.event_type);
}

const call = (argumentsJson: string, metadata?: Record<string, unknown>): ToolInvocation => ({
  argumentsJson,
  callId: "c1",
  ...metadata === undefined ? {} : { metadata },
});

Deno.test("InstrumentedTool records each call as tool_wrapped.<name>, with arguments, size and time", async () => {
  const { outcomes, events } = await traced(call('{"n": 21}'));
  assert.deepEqual(outcomes, [{ ok: true, result: { text: "42", truncated: false } }]);
  const [event] = events;
  assert.equal(event?.system_instance_id, "tool_wrapped.double");
  assert.deepEqual(event?.tool, {
    name: "double",
    arguments_json: '{"n": 21}',
    call_id: "c1",
    result: "42",
  });
  assert.deepEqual(
    [event?.metadata["decision"], event?.metadata["result_chars"], event?.metadata["effect"]],
    ["allow", 2, "read"],
  );
  assert.ok((event?.latency_ms ?? -1) >= 0);
});

Deno.test("InstrumentedTool copies metadata: no call shares it with another, or with the caller", async () => {
  const nested = { form: "bare_json", list: [1] };
  const shared = { recovered: nested };
  const { events } = await traced(call('{"n": 1}', shared), call('{"n": 2}', shared));
  nested.form = "changed later";
  nested.list.push(2);
  const [first, second] = events.map(({ metadata }) => metadata["recovered"]);
  assert.deepEqual(first, { form: "bare_json", list: [1] });
  assert.deepEqual(second, first);
  assert.notEqual(first, second, "two events hold one object");
  assert.notEqual(first, nested, "an event holds the caller's object");
  assert.deepEqual(Object.keys(shared), ["recovered"], "the caller's metadata was added to");
});

Deno.test("InstrumentedTool tells every failure in one form, and suggests without doing", async () => {
  const { outcomes, events } = await traced(
    call("{n: 1}"),
    call('{"n": "1"}'),
    call('{"n": 1, "m": 2}'),
    call('{"n": 13}'),
    call('{"n": 0}'),
  );
  const failures = outcomes.map((one) => one.ok ? assert.fail("it passed") : one.failure);
  for (const failure of failures) {
    assert.deepEqual(
      Object.keys(failure).toSorted(),
      ["context", "error", "message", "recovery_suggestion", "tool"],
    );
    assert.equal(failure.tool, "double");
    assert.ok(failure.recovery_suggestion.length > 0);
    assert.ok(!/\bat .*:\d+/.test(failure.message), "a stack trace");
  }
  assert.deepEqual(failures.map(({ error }) => error), [
    "usage",
    "usage",
    "usage",
    "denied",
    "failed",
  ]);
  assert.match(failures[1]?.message ?? "", /at "n"/);
  assert.deepEqual(failures[3]?.context, { n: 13 });
  assert.deepEqual(events.map(({ error }) => error?.type), [
    "usage",
    "usage",
    "usage",
    "denied",
    "TypeError",
  ]);
  assert.equal(events[3]?.metadata["decision"], "deny");
});
