import assert from "node:assert/strict";
import { textWidth } from "../../lib/cli/text_width.ts";
import { traceAgentRun } from "../support/trace_session.ts";
import { withTraced } from "../support/traced.ts";

const HOSTILE = "x\x1b[2J\x9b31m\u202Ey";

Deno.test("owllm trace diff says first where two sessions part, then what differs", () =>
  withTraced([
    (tracer) => traceAgentRun(tracer, { sessionId: "run_a" }),
    (tracer) => traceAgentRun(tracer, { sessionId: "run_b", path: `${HOSTILE}.ts`, tests: false }),
  ], async (trace) => {
    const { stdout, code } = await trace("diff", "run_a", "run_b");
    assert.equal(code, 0);
    const lines = stdout.trimEnd().split("\n");
    assert.match(
      lines.slice(0, 2).join(" "),
      /^First difference: step 1 \(turn_2\), model coder:7b: tool call arguments path: "src\/sum.ts"/,
    );
    assert.match(stdout, /\nA {2}run_a {2}\S+ \S+ {2}ok\nB {2}run_b {2}/);
    assert.match(stdout, /\n= step 0 {2}turn_1 /);
    assert.match(stdout, /\n~ step 1 {2}turn_2 .*\n {4}model coder:7b /);
    assert.match(stdout, /\n {6}arguments path: "src\/sum.ts" -> "x/);
    assert.match(stdout, /\n- step 2 {2}turn_3 .*\n {4}- model coder:7b shell \{"command"/);
    assert.match(
      lines.at(-1) ?? "",
      /^total .*360 -> 240 tokens in \(-120\), 90 -> 60 out \(-30\)$/,
    );
    // deno-lint-ignore no-control-regex
    assert.doesNotMatch(stdout, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202E]/);
    for (const line of lines) assert.ok(textWidth(line) <= 100, line);

    const document = JSON.parse((await trace("diff", "run_a", "run_b", "--json")).stdout);
    assert.deepEqual([document.same, document.first_divergence], [false, { step: 1, item: 0 }]);
    assert.equal(document.steps[1].items[1].changes[0].to, JSON.stringify(`${HOSTILE}.ts`));
    assert.equal(document.steps[2].delta.input_tokens, -120);
    assert.equal(document.b.session.session_id, "run_b");
  }));

Deno.test("owllm trace diff says so when both did the same, and folds long runs of it", () =>
  withTraced(
    ["one", "two"].map((sessionId) => (tracer) => {
      tracer.startSession({ sessionId });
      for (let step = 0; step < 9; step++) {
        tracer.startTimestep();
        tracer.addMessage({ message_type: "user", content: step });
        tracer.endTimestep();
      }
      tracer.endSession();
    }),
    async (trace) => {
      const { stdout } = await trace("diff", "one", "two");
      assert.match(stdout, /^Both did the same\n/);
      assert.match(stdout, /\n= step 0 {2}step_0 to step 8 {2}step_8, 9 the same /);
      const wrong = await trace("diff", "one", "tow");
      assert.equal(wrong.code, 2);
      assert.match(wrong.stderr, /No traced session "tow"\n {2}Near ones: two/);
    },
  ));
