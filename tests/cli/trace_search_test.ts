import assert from "node:assert/strict";
import { traceAgentRun } from "../support/trace_session.ts";
import { withTraced } from "../support/traced.ts";

const HOSTILE = "cut \x1b[2J\x1b]52;c;eA==\x07 \u202Edesrever \x9b31m needle\r\nnext";

Deno.test("owllm trace search shows each hit with its run, its step and the line that shows it", () =>
  withTraced([
    (tracer) => traceAgentRun(tracer, { sessionId: "run_a" }),
    (tracer) => traceAgentRun(tracer, { sessionId: "it's b", tests: false, text: HOSTILE }),
  ], async (trace) => {
    const refused = await trace("search", "error:refused");
    assert.equal(refused.code, 0);
    const [what, piece, paste] = refused.stdout.split("\n");
    assert.match(what ?? "", /^✗ tool shell {2}step 2 {2}\d{4}-/);
    assert.equal(piece, "  timeout Connection refused by the test server");
    assert.equal(paste, "  owllm trace show run_a --step 2");

    const hostile = await trace("search", "needle");
    assert.match(hostile.stdout, /cut \uFFFD\[2J.*\uFFFDdesrever \uFFFD31m needle next\n/);
    assert.match(hostile.stdout, /owllm trace show 'it'\\''s b' --step 1\n/);
    // deno-lint-ignore no-control-regex
    assert.doesNotMatch(hostile.stdout, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202E]/);

    const inOne = await trace("search", "failing test", "--run", "run_a", "--json");
    const found = JSON.parse(inOne.stdout);
    assert.equal(found.query, "failing test");
    assert.ok(found.hits.length > 0);
    for (const hit of found.hits) assert.equal(hit.session_id, "run_a");
    const { text, marks } = found.hits[0].snippet;
    assert.deepEqual(marks.map(([a, b]: [number, number]) => text.slice(a, b)), [
      "failing",
      "test",
    ]);
    assert.equal((await trace("search", "nowhere")).stdout, "Nothing found\n");
  }));

Deno.test("owllm trace search names the nearest sessions, and refuses a search without words", () =>
  withTraced([(tracer) => traceAgentRun(tracer, { sessionId: "run_a" })], async (trace) => {
    const wrong = await trace("search", "x", "--run", "rum_a");
    assert.equal(wrong.code, 2);
    assert.match(wrong.stderr, /No traced session "rum_a"\n {2}Near ones: run_a/);
    const empty = await trace("search", " *:* ");
    assert.equal(empty.code, 2);
    assert.match(empty.stderr, /no word in " \*:\* " to search for/);
  }));
