import type { NewTraceEntry, NewTraceSession, TraceStepRecord } from "../../state/mod.ts";
import type { SessionEventMessage, TraceEvent } from "../events.ts";
import type { SessionHead, StepHead } from "../sink.ts";
import type { Packed } from "./pack.ts";
import type { WordCollector } from "./words.ts";

/** Seconds, as traces have them, to the microseconds of the tables. */
export function toMicroseconds(seconds: number): number {
  return Math.round(seconds * 1e6);
}

/**
 * A session's row. Metadata may name the model that it is about: the first model event need not
 * be of that one, as when a smoke asks for a model that no server has.
 */
export function sessionRow(session: SessionHead): NewTraceSession {
  const { model } = session.metadata;
  return {
    id: session.session_id,
    kind: session.kind,
    createdUs: toMicroseconds(session.created_at),
    traceId: session.trace_id,
    spanId: session.span_id,
    metadata: session.metadata,
    model: typeof model === "string" ? model : null,
    tags: session.tags,
  };
}

/** A step's row. */
export function stepRow(sessionId: string, step: StepHead): TraceStepRecord {
  return {
    sessionId,
    stepIndex: step.step_index,
    stepId: step.step_id,
    turn: step.turn_number,
    startUs: toMicroseconds(step.started_at),
    endUs: step.completed_at === null ? null : toMicroseconds(step.completed_at),
    spanId: step.span_id,
    metadata: step.metadata,
  };
}

/** An event's row. Its time record tells its end; it began its latency before. */
export function eventRow(
  sessionId: string,
  event: TraceEvent,
  packed: Packed,
  words: WordCollector,
): NewTraceEntry {
  const durationUs = event.latency_ms === null ? null : Math.round(event.latency_ms * 1000);
  const model = event.event_type === "cais" ? event : undefined;
  return {
    sessionId,
    stepIndex: event.step_index,
    kind: event.event_type,
    name: nameOf(event),
    startUs: toMicroseconds(event.time_record.event_time) - (durationUs ?? 0),
    durationUs,
    failed: event.error !== null,
    inputTokens: model?.input_tokens ?? null,
    outputTokens: model?.output_tokens ?? null,
    reward: event.event_type === "environment" ? event.reward : null,
    spanId: event.span_id,
    body: packed.body,
    words: words.ofEvent(event),
    contents: [...packed.contents.keys()],
    costUsd: model?.cost_usd ?? null,
    toolCall: event.event_type === "runtime" && event.tool !== null,
    model: model?.model_name ?? null,
  };
}

/** A message's row. */
export function messageRow(
  sessionId: string,
  message: SessionEventMessage,
  packed: Packed,
  words: WordCollector,
): NewTraceEntry {
  return {
    sessionId,
    stepIndex: message.step_index,
    kind: "message",
    name: message.message_type,
    startUs: toMicroseconds(message.time_record.event_time),
    durationUs: null,
    failed: false,
    inputTokens: null,
    outputTokens: null,
    reward: null,
    spanId: null,
    body: packed.body,
    words: words.ofMessage(message),
    contents: [...packed.contents.keys()],
    costUsd: null,
    toolCall: false,
    model: null,
  };
}

function nameOf(event: TraceEvent): string {
  if (event.event_type === "cais") return event.model_name ?? event.system_instance_id;
  if (event.event_type === "runtime" && event.tool !== null) return event.tool.name;
  return event.system_instance_id;
}
