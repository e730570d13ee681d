import type { TraceEntryRecord, TraceSessionRecord, TracesTable } from "../../state/mod.ts";
import type {
  Json,
  JsonObject,
  SessionEventMessage,
  SessionTrace,
  Timestep,
  TraceError,
  TraceEvent,
} from "../events.ts";
import { referencesOf, unpack } from "./pack.ts";

/** A span that somebody else made through OpenTelemetry, as its body keeps it. */
export interface StoredSpan {
  readonly entryId: number;
  readonly step_index: number | null;
  readonly body: JsonObject;
}

/** A session out of the store. */
export interface StoredTrace {
  readonly record: TraceSessionRecord;
  readonly session: SessionTrace;
  readonly spans: readonly StoredSpan[];
}

/**
 * Reads a whole session; undefined when there is none. A trace that a crash cut has the status
 * `open`, and its last step no end.
 */
export function loadTrace(traces: TracesTable, id: string): StoredTrace | undefined {
  const record = traces.get(id);
  if (record === undefined) return undefined;
  const entries = traces.entries(id);
  const events: TraceEvent[] = [];
  const messages: SessionEventMessage[] = [];
  const spans: StoredSpan[] = [];
  for (const { entry, value } of unpackAll(traces, entries)) {
    if (entry.kind === "message") messages.push(value as unknown as SessionEventMessage);
    else if (entry.kind !== "span") events.push(value as unknown as TraceEvent);
    else spans.push({ entryId: entry.id, step_index: entry.stepIndex, body: value as JsonObject });
  }
  return { record, session: sessionOf(traces, record, events, messages), spans };
}

/** Entries with their bodies whole. */
export function unpackAll(
  traces: TracesTable,
  entries: readonly TraceEntryRecord[],
): { readonly entry: TraceEntryRecord; readonly value: Json }[] {
  const hashes = new Set(entries.flatMap((entry) => referencesOf(entry.body)));
  const contents = hashes.size === 0 ? new Map<string, string>() : traces.contents([...hashes]);
  return entries.map((entry) => ({ entry, value: unpack(entry.body, contents) }));
}

function sessionOf(
  traces: TracesTable,
  record: TraceSessionRecord,
  events: readonly TraceEvent[],
  messages: readonly SessionEventMessage[],
): SessionTrace {
  const eventsOf = Map.groupBy(events, (event) => event.step_index);
  const messagesOf = Map.groupBy(messages, (message) => message.step_index);
  const time_steps = traces.steps(record.id).map((step): Timestep => ({
    step_id: step.stepId,
    step_index: step.stepIndex,
    turn_number: step.turn,
    started_at: step.startUs / 1e6,
    completed_at: step.endUs === null ? null : step.endUs / 1e6,
    metadata: step.metadata as JsonObject,
    span_id: step.spanId,
    events: eventsOf.get(step.stepIndex) ?? [],
    messages: messagesOf.get(step.stepIndex) ?? [],
  }));
  return {
    session_id: record.id,
    kind: record.kind,
    created_at: record.createdUs / 1e6,
    ended_at: record.endedUs === null ? null : record.endedUs / 1e6,
    status: record.status ?? "open",
    error: record.error as TraceError | null,
    metadata: record.metadata as JsonObject,
    tags: record.tags,
    trace_id: record.traceId,
    span_id: record.spanId,
    time_steps,
    event_history: events,
    message_history: messages,
  };
}
