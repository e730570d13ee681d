/** Generated sessions for round trips through files. */
import fc from "fast-check";
import type { Json, JsonObject, SessionTrace } from "../../lib/trace/mod.ts";
import { type ArchivedTrace, assembleSession } from "../../lib/trace/formats/archive.ts";

/** Text as it comes from models and tools: controls, escapes, markup, halves of pairs, long. */
const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.constantFrom(
    "",
    "\0",
    "\ud800",
    "\u2028</script><b>",
    "\x1b[31m",
    '{"$content":"x"}',
    "a\nb\r\n",
    "x".repeat(5_000),
    "null",
  ),
);
const json = fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>;
const object = fc.dictionary(
  fc.string({ unit: "grapheme-ascii", maxLength: 6 }).filter((key) => key !== "__proto__"),
  json,
  { maxKeys: 3, noNullPrototype: true },
) as fc.Arbitrary<JsonObject>;
/** Seconds in whole microseconds, as the tables keep them. */
const time = fc.integer({ min: 1_700_000_000_000_000, max: 1_900_000_000_000_000 })
  .map((us) => us / 1e6);
const hex = (digits: number) =>
  fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: digits, maxLength: digits })
    .map((id) => id.replace(/^0+$/, "1".repeat(digits)));
const orNull = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
const count = fc.nat(1_000_000);
const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0);

const call = fc.record({
  call_id: text,
  api_type: text,
  provider: text,
  model_name: text,
  started_at: orNull(text),
  completed_at: orNull(text),
  latency_ms: orNull(finite),
  request_params: object,
  input_messages: fc.array(
    fc.record({ role: text, parts: fc.array(fc.record({ type: text, text: orNull(text) })) }),
    { maxLength: 2 },
  ),
  output_messages: fc.constant([]),
  output_tool_calls: fc.array(
    fc.record({ name: text, arguments_json: text, call_id: orNull(text) }),
    { maxLength: 2 },
  ),
  usage: fc.record({
    input_tokens: orNull(count),
    output_tokens: orNull(count),
    total_tokens: orNull(count),
  }),
  finish_reason: orNull(text),
});

const error = orNull(fc.record({ type: text, message: text }));
const moment = fc.record({ event_time: time, message_time: orNull(fc.nat()) });
const base = {
  system_instance_id: text,
  time_record: moment,
  latency_ms: orNull(fc.nat(100_000)),
  system_state_before: json,
  system_state_after: json,
  metadata: object,
  error,
  span_id: hex(16),
  parent_span_id: orNull(hex(16)),
};
const event = fc.oneof(
  fc.record({
    ...base,
    event_type: fc.constant("cais" as const),
    model_name: orNull(text),
    provider: orNull(text),
    input_tokens: orNull(count),
    output_tokens: orNull(count),
    total_tokens: orNull(count),
    cost_usd: orNull(fc.nat(1000).map((mills) => mills / 1000)),
    call_records: fc.array(call, { maxLength: 2 }),
  }),
  fc.record({
    ...base,
    event_type: fc.constant("environment" as const),
    reward: finite,
    terminated: fc.boolean(),
    truncated: fc.boolean(),
  }),
  fc.record({
    ...base,
    event_type: fc.constant("runtime" as const),
    actions: fc.array(json, { maxLength: 2 }),
    tool: orNull(fc.record({
      name: text,
      arguments_json: text,
      call_id: orNull(text),
      result: orNull(text),
    })),
  }),
);
const message = fc.record({
  source_id: text,
  target_id: text,
  message_type: fc.oneof(text, fc.constantFrom("user", "assistant", "tool")),
  content: fc.oneof(json, text),
  time_record: moment,
  metadata: object,
});
const step = fc.record({
  // A column of its own, which holds no NUL and no half of a pair.
  step_id: fc.string({ unit: "grapheme", maxLength: 8 }).map((id) => id.replaceAll("\0", "")),
  turn_number: fc.nat(100),
  started_at: time,
  completed_at: orNull(time),
  metadata: object,
  span_id: hex(16),
});
const span = fc.record({
  name: text,
  kind: fc.constant("client"),
  trace_id: hex(32),
  span_id: hex(16),
  parent_span_id: orNull(hex(16)),
  started_at: time,
  latency_ms: fc.nat(1000),
  hr_time: fc.constant({ start: [1_700_000_000, 1], end: [1_700_000_001, 999_999_999] }),
  attributes: fc.dictionary(fc.constantFrom("a", "b.c"), fc.oneof(text, fc.boolean()), {
    noNullPrototype: true,
  }),
  events: fc.constant([]),
  links: fc.constant([]),
  status: fc.constant({ code: "ok", message: null }),
  scope: fc.constant({ name: "other", version: null }),
}) as unknown as fc.Arbitrary<JsonObject>;

/** Sessions of any content: cut ones, empty ones, with records outside of steps. */
export const archivedTrace: fc.Arbitrary<ArchivedTrace> = fc.record({
  session_id: fc.uuid(),
  kind: fc.constantFrom("run", "smoke", "program"),
  created_at: time,
  ended_at: orNull(time),
  error,
  metadata: object,
  tags: fc.uniqueArray(fc.constantFrom("a", "b", "nightly"), { maxLength: 2 }),
  trace_id: hex(32),
  span_id: hex(16),
  steps: fc.array(step, { maxLength: 3 }),
  records: fc.array(
    fc.record({ record: fc.oneof(event, message), place: fc.integer({ min: -1, max: 2 }) }),
    { maxLength: 6 },
  ),
  pinned: fc.boolean(),
  spans: fc.array(span, { maxLength: 2 }),
}).map((made) => {
  // Plain objects and no -0, as JSON has it.
  const { steps, records, pinned, spans, ...head } = JSON.parse(
    JSON.stringify(made),
  ) as typeof made;
  const placed = records.map(({ record, place }, seq) => ({
    ...record,
    seq,
    step_index: place >= 0 && place < steps.length ? place : null,
  }));
  const session = assembleSession(
    {
      ...head,
      tags: head.tags.toSorted(),
      status: head.ended_at === null ? "open" : head.error === null ? "ok" : "error",
      // A session that did not end has no error of its own.
      error: head.ended_at === null ? null : head.error,
      steps: steps.map((one, step_index) => ({ ...one, step_index })),
      events: placed.filter((record) => "event_type" in record),
      messages: placed.filter((record) => !("event_type" in record)),
    } as unknown as Parameters<typeof assembleSession>[0],
  ) as SessionTrace;
  return { session, pinned, spans: spans.map((body) => ({ step_index: null, body })) };
});
