import { z } from "zod";
import type { ArchivedSpan } from "./archive.ts";
import type { SessionEventMessage, SessionTrace, Timestep, TraceEvent } from "../events.ts";

/** Loose objects: fields that are unknown to us are kept, so that nothing is lost on the way. */

const object = z.record(z.string(), z.unknown());
const hex = (digits: number) =>
  z.string().regex(new RegExp(`^[0-9a-f]{${digits}}$`), `${digits} hex digits`);
const count = z.int().nonnegative();
const text = z.string();
const orNull = <T extends z.ZodType>(schema: T) => schema.nullable();

const error = orNull(z.looseObject({ type: text, message: text }));
const time_record = z.looseObject({
  event_time: z.number(),
  message_time: orNull(z.number()),
});

const toolCall = z.looseObject({
  name: text,
  arguments_json: text,
  call_id: orNull(text),
});
const llmMessage = z.looseObject({
  role: text,
  parts: z.array(z.looseObject({ type: text, text: orNull(text) })),
});
const callRecord = z.looseObject({
  call_id: text,
  api_type: text,
  provider: text,
  model_name: text,
  started_at: orNull(text),
  completed_at: orNull(text),
  latency_ms: orNull(z.number()),
  request_params: object,
  input_messages: z.array(llmMessage),
  output_messages: z.array(llmMessage),
  output_tool_calls: z.array(toolCall),
  usage: z.looseObject({
    input_tokens: orNull(z.number()),
    output_tokens: orNull(z.number()),
    total_tokens: orNull(z.number()),
  }),
  finish_reason: orNull(text),
});

const base = {
  seq: count,
  system_instance_id: text,
  time_record,
  latency_ms: orNull(z.number()),
  system_state_before: z.unknown(),
  system_state_after: z.unknown(),
  metadata: object,
  error,
  span_id: hex(16),
  parent_span_id: orNull(hex(16)),
  step_index: orNull(count),
};
const tokens = orNull(count);

/** An event. */
export const EventSchema = z.discriminatedUnion("event_type", [
  z.looseObject({
    ...base,
    event_type: z.literal("cais"),
    model_name: orNull(text),
    provider: orNull(text),
    input_tokens: tokens,
    output_tokens: tokens,
    total_tokens: tokens,
    cost_usd: orNull(z.number()),
    call_records: z.array(callRecord),
  }),
  z.looseObject({
    ...base,
    event_type: z.literal("environment"),
    reward: z.number(),
    terminated: z.boolean(),
    truncated: z.boolean(),
  }),
  z.looseObject({
    ...base,
    event_type: z.literal("runtime"),
    actions: z.array(z.unknown()),
    tool: orNull(z.looseObject({
      name: text,
      arguments_json: text,
      call_id: orNull(text),
      result: orNull(text),
    })),
  }),
]) as unknown as z.ZodType<TraceEvent>;

/** A message. */
export const MessageSchema = z.looseObject({
  seq: count,
  source_id: text,
  target_id: text,
  message_type: text,
  content: z.unknown(),
  time_record,
  metadata: object,
  step_index: orNull(count),
}) as unknown as z.ZodType<SessionEventMessage>;

/** A step without its events and messages. */
export type StepParts = Omit<Timestep, "events" | "messages">;

/** A step without its events and messages. */
export const StepSchema = z.strictObject({
  step_id: text,
  step_index: count,
  turn_number: z.int(),
  started_at: z.number(),
  completed_at: orNull(z.number()),
  metadata: object,
  span_id: hex(16),
}) as unknown as z.ZodType<StepParts>;

/** What is told of a session besides its steps, events and messages. */
export const HeadSchema = z.strictObject({
  session_id: text.min(1),
  kind: text,
  created_at: z.number(),
  ended_at: orNull(z.number()),
  status: z.enum(["open", "ok", "error"]),
  error,
  metadata: object,
  tags: z.array(text.min(1)),
  trace_id: hex(32),
  span_id: hex(16),
}) as unknown as z.ZodType<HeadParts>;

/** What is told of a session besides its steps, events and messages. */
export type HeadParts = Omit<
  SessionTrace,
  "time_steps" | "event_history" | "message_history"
>;

const moment = z.tuple([z.number(), z.number()]);

/** A foreign span. */
export const SpanSchema = z.strictObject({
  step_index: orNull(count),
  body: z.looseObject({
    name: text,
    trace_id: hex(32),
    span_id: hex(16),
    started_at: z.number(),
    latency_ms: z.number(),
    hr_time: z.looseObject({ start: moment, end: moment }),
    attributes: object,
    events: z.array(z.looseObject({ name: text, hr_time: moment, attributes: object })),
    links: z.array(z.looseObject({ trace_id: text, span_id: text, attributes: object })),
    status: z.looseObject({ code: z.enum(["unset", "ok", "error"]), message: orNull(text) }),
    scope: z.looseObject({ name: text, version: orNull(text) }),
  }),
}) as unknown as z.ZodType<ArchivedSpan>;
