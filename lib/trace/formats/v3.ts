import type { Json, JsonObject, SessionEventMessage, Timestep, TraceEvent } from "../events.ts";
import type { ArchivedTrace } from "./archive.ts";
import { isoDate } from "./python_dates.ts";
import { FOREIGN, restored } from "./restore.ts";

/**
 * A session as a v3 trace. One that was imported from such a trace comes out as it went in; of any
 * other the fields that v3 does not know stand beside its own, the session's under `owllm`.
 */
export function toV3(trace: ArchivedTrace): JsonObject {
  const { session } = trace;
  const head = original(session.metadata, "metadata");
  const events = new Map(session.event_history.map((event) => [event, eventOut(event)] as const));
  const messages = new Map(
    session.message_history.map((message) => [message, messageOut(message)] as const),
  );
  const steps = session.time_steps.map((step) => stepOut(step, events, messages));
  const histories = {
    event_history: session.event_history.filter(isListed).map((event) => events.get(event) ?? null),
    markov_blanket_message_history: session.message_history.filter(isListed)
      .map((message) => messages.get(message) ?? null),
  };
  if (head !== undefined) return filled(head, { session_time_steps: steps, ...histories });
  return {
    session_id: session.session_id,
    created_at: isoDate(session.created_at),
    session_time_steps: steps,
    ...histories,
    metadata: session.metadata,
    session_metadata: null,
    owllm: ownFields(trace),
  };
}

/** What stood around imported metadata, and itself; undefined for a record of our own. */
function original(metadata: JsonObject, field: string): JsonObject | undefined {
  const { [FOREIGN]: mark = null, ...own } = metadata;
  return restored({ [field]: own, [FOREIGN]: mark });
}

/** Sets what the original had, so that a field that it left out stays out. */
function filled(head: JsonObject, fields: JsonObject): JsonObject {
  const has = Object.entries(fields).filter(([key]) => Object.hasOwn(head, key));
  return { ...head, ...Object.fromEntries(has) };
}

function ownFields({ session, pinned, spans }: ArchivedTrace): JsonObject {
  const { kind, ended_at, status, error, tags, trace_id, span_id } = session;
  return {
    kind,
    ended_at,
    status,
    error: error === null ? null : { ...error },
    tags,
    trace_id,
    span_id,
    pinned,
    spans: spans.map((span) => ({ ...span })),
  };
}

/** Where a record stood in the original: marked when in a step alone, not in the history. */
export const STEP_ONLY = "v3_step_only";

function isListed(record: TraceEvent | SessionEventMessage): boolean {
  return !(STEP_ONLY in record);
}

function eventOut(event: TraceEvent): JsonObject {
  const { [STEP_ONLY]: _, ...fields } = event as unknown as JsonObject;
  return restored(fields) ?? { event_metadata: null, ...fields };
}

function messageOut(message: SessionEventMessage): JsonObject {
  const { [STEP_ONLY]: _, ...fields } = message as unknown as JsonObject;
  return restored(fields) ?? { ...fields, content: contentOut(message.content) };
}

/** v3 has text, or anything else as JSON text. */
function contentOut(content: Json): JsonObject {
  return typeof content === "string"
    ? { text: content, json_payload: null }
    : { text: null, json_payload: JSON.stringify(content) };
}

function stepOut(
  step: Timestep,
  events: ReadonlyMap<TraceEvent, JsonObject>,
  messages: ReadonlyMap<SessionEventMessage, JsonObject>,
): JsonObject {
  const lists = {
    events: step.events.map((event) => events.get(event) ?? null),
    markov_blanket_messages: step.messages.map((message) => messages.get(message) ?? null),
  };
  const head = original(step.metadata, "step_metadata");
  if (head !== undefined) return filled(head, lists);
  return {
    step_id: step.step_id,
    step_index: step.step_index,
    turn_number: step.turn_number,
    timestamp: isoDate(step.started_at),
    completed_at: step.completed_at === null ? null : isoDate(step.completed_at),
    ...lists,
    step_metadata: step.metadata,
    span_id: step.span_id,
  };
}
