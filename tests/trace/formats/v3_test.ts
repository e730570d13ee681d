import assert from "node:assert/strict";
import fc from "fast-check";
import { readArchived, recordsOf } from "../../../lib/trace/formats/archive.ts";
import { saveArchived } from "../../../lib/trace/formats/save.ts";
import { toV3 } from "../../../lib/trace/formats/v3.ts";
import { fromV3, v3In } from "../../../lib/trace/formats/v3_import.ts";
import { createRedactor, type JsonObject } from "../../../lib/trace/mod.ts";
import { openTestState, withTempDir } from "../../support/state.ts";
import { archivedTrace } from "../../support/trace_archives.ts";

const PLACE = { file: "trace.json" };

function recorded(): JsonObject {
  const url = new URL("v3_rollout.json", import.meta.url);
  return v3In(JSON.parse(Deno.readTextFileSync(url))) ?? assert.fail("no trace in the recording");
}

Deno.test("fromV3() reads a recorded trace with its model calls, tool calls and rewards", () => {
  const { session } = fromV3(recorded(), PLACE);
  assert.equal(session.created_at, Date.UTC(2026, 10, 21, 4, 0, 37) / 1000 + 0.533345);
  assert.deepEqual(session.time_steps.map((step) => [step.step_id, step.events.length]), [
    ["decision_0", 2],
    ["decision_1", 2],
  ]);
  assert.deepEqual(session.event_history.map((event) => event.event_type), [
    "cais",
    "environment",
    "cais",
    "environment",
  ]);
  const times = recordsOf(session).map(({ time_record }) => time_record.event_time);
  assert.deepEqual(times, times.toSorted((a, b) => a - b));
  const [first] = session.event_history;
  assert.ok(first?.event_type === "cais");
  assert.equal(first.input_tokens, 32);
  const [call] = first.call_records;
  assert.equal(call?.started_at, "2026-11-21T04:00:41.593Z");
  assert.deepEqual(
    call?.output_tool_calls.map(({ name, arguments_json, call_id }) => [
      name,
      arguments_json,
      call_id,
    ]),
    [["interact_many", '{"actions": ["move_right", "move_right", "do"]}', "call_00000000"]],
  );
  assert.equal(call?.tools?.length, 1);
  assert.deepEqual(
    session.message_history.slice(0, 3).map(({ message_type }) => message_type),
    ["policy_system_prompt", "policy_user_prompt", "policy_tool_call"],
  );
});

Deno.test("toV3() gives an imported trace back as it was, also by way of the store", () =>
  withTempDir(async (dir) => {
    using state = await openTestState(dir);
    const imported = fromV3(recorded(), PLACE);
    assert.deepEqual(toV3(imported), recorded());
    const options = { redactor: createRedactor(), replace: false };
    assert.equal(saveArchived(state.traces, imported, options), "added");
    const id = imported.session.session_id;
    const stored = readArchived(state.traces, id) ?? assert.fail();
    assert.deepEqual(toV3(stored), recorded());
    assert.equal(state.traces.get(id)?.toolCalls, 0);
    assert.equal(state.traces.get(id)?.inputTokens, 64);
    const lastStep = imported.session.time_steps.at(-1)?.completed_at ?? 0;
    assert.equal(state.traces.get(id)?.updatedUs, Math.round(lastStep * 1e6));
    const found = state.traces.search(["interact_many"], { limit: 10 });
    assert.equal(found.hits.length > 0, true);
  }));

Deno.test("toV3() keeps fields that nobody knows, records of a step alone and what is missing", () => {
  const event = {
    call_records: [{ tools: 1, x: null }],
    v3: "mine",
    time_record: {},
    y: { z: [1] },
  };
  const other = { actions: ["up"], time_record: { event_time: "2026-11-21T04:00:37Z" } };
  const document: JsonObject = {
    session_id: "odd",
    extra: { a: 1 },
    metadata: { v3: 1 },
    session_time_steps: [{ events: [event, event], note: "n" }, { step_metadata: null }],
    event_history: [event, other],
  };
  const imported = fromV3(document, PLACE);
  assert.equal(imported.session.event_history.length, 3, "one of the two was in the history");
  assert.deepEqual(JSON.parse(JSON.stringify(toV3(imported))), document);
});

Deno.test("fromV3() of toV3() restores any session of owllm's own", () =>
  fc.assert(fc.property(archivedTrace, (trace) => {
    const document = JSON.parse(JSON.stringify(toV3(trace)));
    assert.deepEqual(fromV3(document, PLACE), trace);
  })));

Deno.test("fromV3() says what was expected where", () => {
  const cases: [JsonObject, RegExp][] = [
    [{ event_history: [] }, /"trace.json" is damaged: expected a text as "session_id"/],
    [{ session_id: "a", event_history: 5 }, /a list of objects as "event_history"/],
    [
      { session_id: "a", created_at: "soon", event_history: [] },
      /repr or ISO 8601 as "created_at"/,
    ],
    [{ session_id: "a", event_history: [{ what: 1 }] }, /"call_records", "reward" or "actions"/],
  ];
  for (const [document, message] of cases) {
    assert.throws(() => fromV3(document, PLACE), { message });
  }
});
