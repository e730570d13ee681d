import assert from "node:assert/strict";
import fc from "fast-check";
import { systemClock } from "../../../lib/core/mod.ts";
import {
  createTraceStore,
  diffTraces,
  SessionTracer,
  type TraceDiff,
} from "../../../lib/trace/mod.ts";
import { openTestState, withTempDir } from "../../support/state.ts";
import { traceAgentRun } from "../../support/trace_session.ts";

type Fill = (tracer: SessionTracer) => void;

/** Compares sessions of one file; `diff(0, 1)` is of the first with the second. */
function withDiff(
  fill: readonly Fill[],
  body: (diff: (a: number, b: number) => TraceDiff) => void,
) {
  return withTempDir(async (dir) => {
    using state = await openTestState(dir);
    using store = createTraceStore({ traces: state.traces, clock: systemClock });
    for (const one of fill) one(new SessionTracer({ sink: store }));
    store.flush();
    const records = state.traces.list({ limit: 1000 }).toReversed();
    body((a, b) =>
      diffTraces(state.traces, records[a] ?? assert.fail(), records[b] ?? assert.fail())
    );
  });
}

/** A session whose steps run these tools, each with its letter as argument. */
function session(...steps: readonly string[]): Fill {
  return (tracer) => {
    tracer.startSession();
    for (const step of steps) {
      tracer.startTimestep();
      for (const tool of step) {
        tracer.recordEvent({
          event_type: "runtime",
          system_instance_id: "t",
          tool: {
            name: tool.toLowerCase(),
            arguments_json: JSON.stringify({ of: { letter: tool } }),
            call_id: null,
            result: null,
          },
        });
      }
      tracer.endTimestep();
    }
    tracer.endSession();
  };
}

function places({ steps }: TraceDiff): string[] {
  return steps.map(({ a, b, same }) =>
    `${a?.step_index ?? "-"}${same ? "=" : "~"}${b?.step_index ?? "-"}`
  );
}

Deno.test("diffTraces() puts steps beside each other by the tools in them", () =>
  withDiff([session("ab", "cd", "ef"), session("ab", "xy", "cD", "ef")], (diff) => {
    const found = diff(0, 1);
    assert.deepEqual(places(found), ["0=0", "-~1", "1~2", "2=3"]);
    assert.deepEqual(found.first_divergence, { step: 1, item: 0 });
    const [, , changed] = found.steps;
    assert.deepEqual(changed?.items.map(({ changes }) => changes), [[], [
      { what: "arguments", path: "of.letter", from: '"d"', to: '"D"' },
    ]]);
    assert.deepEqual(diff(1, 0).first_divergence, { step: 1, item: 0 });
    assert.equal(found.approximate, false);
  }));

Deno.test("diffTraces() pairs steps only when half of what they did is the same", () =>
  withDiff([session("abcd"), session("axyz"), session("abyz")], (diff) => {
    assert.deepEqual(places(diff(0, 1)), ["0~-", "-~0"]);
    assert.deepEqual(places(diff(0, 2)), ["0~0"]);
  }));

Deno.test("diffTraces() names the changed argument, result, answer and what was not done", () =>
  withDiff([
    (tracer) => traceAgentRun(tracer, { sessionId: "a" }),
    (tracer) => traceAgentRun(tracer, { sessionId: "b", path: "src/b.ts", tests: false }),
  ], (diff) => {
    const found = diff(0, 1);
    assert.deepEqual(places(found), ["0=0", "1~1", "2~-"]);
    assert.deepEqual(found.first_divergence, { step: 1, item: 0 });
    assert.deepEqual(found.steps[1]?.items.map(({ name, changes }) => [name, changes]), [
      ["coder:7b", [{
        what: "tool call arguments",
        path: "path",
        from: '"src/sum.ts"',
        to: '"src/b.ts"',
      }]],
      ["read_file", [{ what: "arguments", path: "path", from: '"src/sum.ts"', to: '"src/b.ts"' }]],
    ]);
    assert.deepEqual([found.a.input_tokens, found.b.input_tokens], [360, 240]);
    assert.deepEqual([found.a.output_tokens, found.b.output_tokens], [90, 60]);
    assert.equal(found.steps[2]?.a?.input_tokens, 120);
  }));

Deno.test("diffTraces() sees a difference far behind the beginning of a huge text", () => {
  const text = "same ".repeat(100_000);
  const run = (sessionId: string, end: string): Fill => (tracer) =>
    traceAgentRun(tracer, { sessionId, text: text + end, tests: false });
  return withDiff([run("a", "one"), run("b", "two"), run("c", "one")], (diff) => {
    assert.deepEqual(diff(0, 1).first_divergence, { step: 1, item: 1 });
    assert.equal(diff(0, 1).steps[1]?.items[1]?.changes[0]?.what, "result");
    assert.equal(diff(0, 2).first_divergence, null);
  });
});

Deno.test("diffTraces() shows a text from shortly before its first difference on", () => {
  const run = (sessionId: string, end: string): Fill => (tracer) =>
    traceAgentRun(tracer, { sessionId, text: `${"x".repeat(500)}${end}`, tests: false });
  return withDiff([run("a", "left"), run("b", "right")], (diff) => {
    const [change] = diff(0, 1).steps[1]?.items[1]?.changes ?? [];
    assert.equal(change?.from, `…${"x".repeat(30)}left`);
    assert.equal(change?.to, `…${"x".repeat(30)}right`);
  });
});

const steps = fc.array(fc.stringMatching(/^[abcABC]{0,5}$/), { maxLength: 8 });

Deno.test("diffTraces() of the same work finds no difference, and of other work always one", () =>
  fc.assert(
    fc.asyncProperty(
      steps,
      steps,
      (one, other) =>
        withDiff([session(...one), session(...one), session(...other)], (diff) => {
          assert.equal(diff(0, 0).first_divergence, null);
          assert.equal(diff(0, 1).first_divergence, null);
          assert.ok(diff(0, 1).steps.every(({ same }) => same));
          const equal = JSON.stringify(one) === JSON.stringify(other);
          assert.equal(diff(0, 2).first_divergence === null, equal);
        }),
    ),
    { numRuns: 20 },
  ));
