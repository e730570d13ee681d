import type { Json, JsonObject, SessionEventMessage } from "../events.ts";
import { type ArchivedTrace, assembleSession } from "./archive.ts";
import { checked, damagedFile, parsedJson, type Place } from "./damaged.ts";
import { parseDate } from "./python_dates.ts";
import { isObject } from "./restore.ts";
import { EventSchema, HeadSchema, MessageSchema, SpanSchema, StepSchema } from "./schemas.ts";

/** Whether owllm wrote a v3 trace of a session of its own. */
export function isOwnV3(document: JsonObject): boolean {
  return isObject(document["owllm"]);
}

/** The session of such a trace, as it was. */
export function fromOwnV3(document: JsonObject, place: Place): ArchivedTrace {
  const { pinned, spans, ...own } = document["owllm"] as JsonObject;
  const head = checked(
    HeadSchema,
    {
      ...own,
      session_id: document["session_id"],
      created_at: dateIn(document["created_at"], place),
      metadata: document["metadata"],
    },
    place,
    "a session",
  );
  return {
    session: assembleSession({
      ...head,
      steps: items(document["session_time_steps"], place).map((step) => stepIn(step, place)),
      events: items(document["event_history"], place).map(({ event_metadata: _, ...event }) =>
        checked(EventSchema, event, place, "an event")
      ),
      messages: items(document["markov_blanket_message_history"], place)
        .map((message) => messageIn(message, place)),
    }),
    pinned: pinned === true,
    spans: items(spans, place).map((span) => checked(SpanSchema, span, place, "a span")),
  };
}

function items(value: Json | undefined, place: Place): JsonObject[] {
  if (Array.isArray(value) && value.every(isObject)) return value;
  throw damagedFile(place, "lists of objects as steps, events, messages and spans");
}

function stepIn(step: JsonObject, place: Place) {
  const { step_id, step_index, turn_number, step_metadata, span_id, completed_at } = step;
  return checked(
    StepSchema,
    {
      step_id,
      step_index,
      turn_number,
      started_at: dateIn(step["timestamp"], place),
      completed_at: completed_at === null ? null : dateIn(completed_at, place),
      metadata: step_metadata,
      span_id,
    },
    place,
    "a step",
  );
}

function messageIn(message: JsonObject, place: Place): SessionEventMessage {
  const { content } = message;
  if (!isObject(content)) throw damagedFile(place, "text or json_payload as content of a message");
  const { text, json_payload } = content;
  const own = typeof text === "string"
    ? text
    : parsedJson(String(json_payload), place, "the json_payload of a message");
  return checked(MessageSchema, { ...message, content: own }, place, "a message");
}

function dateIn(value: Json | undefined, place: Place): number {
  const seconds = typeof value === "string" ? parseDate(value) : undefined;
  if (seconds !== undefined) return seconds;
  throw damagedFile(place, "dates in ISO 8601");
}
