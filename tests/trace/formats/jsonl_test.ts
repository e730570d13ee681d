import assert from "node:assert/strict";
import fc from "fast-check";
import type { ArchivedTrace } from "../../../lib/trace/formats/archive.ts";
import { readArchived } from "../../../lib/trace/formats/archive.ts";
import { jsonlLines, jsonlTraces } from "../../../lib/trace/formats/jsonl.ts";
import { saveArchived } from "../../../lib/trace/formats/save.ts";
import { createRedactor } from "../../../lib/trace/mod.ts";
import { openTestState, withTempDir } from "../../support/state.ts";
import { archivedTrace } from "../../support/trace_archives.ts";

async function read(lines: readonly string[]): Promise<ArchivedTrace[]> {
  const source = async function* () {
    yield* lines;
  };
  return await Array.fromAsync(jsonlTraces(source(), "traces.jsonl"));
}

Deno.test("jsonlTraces() of jsonlLines() restores any sessions", () =>
  fc.assert(fc.asyncProperty(fc.array(archivedTrace, { maxLength: 2 }), async (traces) => {
    assert.deepEqual(await read(traces.flatMap((trace) => [...jsonlLines(trace)])), traces);
  })));

Deno.test("saveArchived() stores any session so that the store gives it back", () =>
  withTempDir(async (dir) => {
    using state = await openTestState(dir);
    const plain = { text: (value: string) => value, json: <T>(value: T): T => value };
    await fc.assert(fc.asyncProperty(archivedTrace, (trace) => {
      try {
        saveArchived(state.traces, trace, { redactor: plain, replace: true });
        assert.deepEqual(readArchived(state.traces, trace.session.session_id), trace);
      } finally {
        state.traces.remove(trace.session.session_id);
      }
      return Promise.resolve();
    }));
    assert.deepEqual(state.traces.list({ limit: 5 }), []);
  }));

Deno.test("saveArchived() takes out secrets, replaces only when asked, and wholly", () =>
  withTempDir(async (dir) => {
    using state = await openTestState(dir);
    const [trace] = fc.sample(archivedTrace, { numRuns: 1, seed: 7 });
    assert.ok(trace);
    const options = { redactor: createRedactor(["hunter2hunter2"]), replace: false };
    const { session } = trace;
    const leaky = { ...trace, session: { ...session, metadata: { note: "it is hunter2hunter2" } } };
    assert.equal(saveArchived(state.traces, leaky, options), "added");
    assert.deepEqual(state.traces.get(session.session_id)?.metadata, { note: "it is [redacted]" });
    assert.equal(saveArchived(state.traces, trace, options), "exists");
    assert.equal(saveArchived(state.traces, trace, { ...options, replace: true }), "replaced");
    const moved = { ...trace, session: { ...session, session_id: "other" } };
    assert.throws(() => saveArchived(state.traces, moved, { ...options, replace: true }), {
      message: `The trace id of "other" belongs to the session "${session.session_id}" already`,
    });
  }));

Deno.test("jsonlTraces() names the damaged line and what was expected; whole sessions come first", async () => {
  const [a, b] = fc.sample(archivedTrace, { numRuns: 2, seed: 3 });
  assert.ok(a && b);
  const whole = [...jsonlLines(a)];
  const cases: [string[], RegExp][] = [
    [["{oops"], /Line 1 of "traces.jsonl" is damaged: expected {"record":"session"\|/],
    [['{"record":"banana","value":1}'], /Line 1 .*expected {"record":/],
    [['{"record":"step","value":{}}'], /expected a session's line before its step/],
    [
      whole.slice(0, -1),
      new RegExp(`Line ${whole.length} .*the rest of "${a.session.session_id}"`),
    ],
    [[whole[0] ?? "", '{"record":"event","value":{}}'], /Line 2 .*expected an event; "event_type"/],
    [[whole[0] ?? "", whole[0] ?? ""], /Line 2 .*the end of ".*" first/],
  ];
  for (const [lines, message] of cases) await assert.rejects(() => read(lines), { message });
  const seen: string[] = [];
  const source = async function* () {
    yield* whole;
    yield [...jsonlLines(b)][0] ?? "";
    yield "{";
  };
  await assert.rejects(async () => {
    for await (const { session } of jsonlTraces(source(), "f")) seen.push(session.session_id);
  });
  assert.deepEqual(seen, [a.session.session_id]);
});
