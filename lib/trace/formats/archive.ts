import type { TracesTable } from "../../state/mod.ts";
import type { JsonObject, SessionEventMessage, SessionTrace, TraceEvent } from "../events.ts";
import { loadTrace } from "../store/load.ts";

/** A session with all that the store knows of it: what each format writes and gives back. */
export interface ArchivedTrace {
  readonly session: SessionTrace;
  readonly pinned: boolean;
  /** Spans that others made, in the order in which they were kept. */
  readonly spans: readonly ArchivedSpan[];
}

/** A foreign span. */
export interface ArchivedSpan {
  readonly step_index: number | null;
  readonly body: JsonObject;
}

/** A session out of the store; undefined when there is none. */
export function readArchived(traces: TracesTable, id: string): ArchivedTrace | undefined {
  const stored = loadTrace(traces, id);
  if (stored === undefined) return undefined;
  const spans = stored.spans.map(({ step_index, body }) => ({ step_index, body }));
  return { session: stored.session, pinned: stored.record.pinned, spans };
}

/** A session's events and messages in the order in which they were recorded. */
export function recordsOf(session: SessionTrace): (TraceEvent | SessionEventMessage)[] {
  return [...session.event_history, ...session.message_history]
    .toSorted((a, b) => a.seq - b.seq);
}

/** Tells an event from a message. */
export function isEvent(record: TraceEvent | SessionEventMessage): record is TraceEvent {
  return "event_type" in record;
}

/** A session whose steps are without their events and messages. */
export type SessionParts =
  & Omit<SessionTrace, "time_steps" | "event_history" | "message_history">
  & {
    readonly steps: readonly Omit<SessionTrace["time_steps"][number], "events" | "messages">[];
    readonly events: readonly TraceEvent[];
    readonly messages: readonly SessionEventMessage[];
  };

/** Puts a session together: its steps hold the same events and messages as its histories. */
export function assembleSession(parts: SessionParts): SessionTrace {
  const { steps, events, messages, ...head } = parts;
  const eventsOf = Map.groupBy(events, (event) => event.step_index);
  const messagesOf = Map.groupBy(messages, (message) => message.step_index);
  return {
    ...head,
    time_steps: steps.map((step) => ({
      ...step,
      events: eventsOf.get(step.step_index) ?? [],
      messages: messagesOf.get(step.step_index) ?? [],
    })),
    event_history: events,
    message_history: messages,
  };
}
