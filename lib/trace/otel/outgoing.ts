import type { TraceClaim, TraceFrame, TracesTable, TraceStepRecord } from "../../state/mod.ts";
import type { JsonObject, SessionEventMessage, TraceError, TraceEvent } from "../events.ts";
import { unpackAll } from "../store/load.ts";
import { type ForeignSpanBody, spanOfForeign } from "./foreign_span.ts";
import type { OtelSpan } from "./span.ts";
import {
  eventSpan,
  placeOf,
  type SessionForSpan,
  sessionSpan,
  type SpanPlace,
  stepSpan,
} from "./spans.ts";

/** One more than a span tells, so that it can say that there are more. */
const MAX_MESSAGES = 1_001;

/** A span to send, with the row that leaves the outbox for it. */
export interface Outgoing {
  readonly span: OtelSpan;
  readonly claim: TraceClaim;
}

/** What is needed of a session for its spans. */
interface Known {
  readonly session: SessionForSpan;
  /** Seconds. */
  readonly lastWritten: number;
  readonly steps: ReadonlyMap<number, TraceStepRecord>;
}

/** The spans of what was claimed. A row whose session was removed meanwhile gives none. */
export function outgoingOf(traces: TracesTable, claim: TraceClaim): Outgoing[] {
  const known = new Map<string, Known | undefined>();
  const knownOf = (id: string): Known | undefined => {
    if (!known.has(id)) known.set(id, readSession(traces, id));
    return known.get(id);
  };
  const entries = unpackAll(traces, claim.entries).flatMap(({ entry, value }): Outgoing[] => {
    const own: TraceClaim = { entries: [entry], frames: [] };
    if (entry.kind === "span") {
      return [{ span: spanOfForeign(value as ForeignSpanBody), claim: own }];
    }
    const session = knownOf(entry.sessionId);
    if (session === undefined) return [];
    const place = placeIn(session, entry.stepIndex);
    return [{ span: eventSpan(value as unknown as TraceEvent, place), claim: own }];
  });
  const frames = claim.frames.flatMap((frame): Outgoing[] => {
    const session = knownOf(frame.sessionId);
    const span = session === undefined ? undefined : frameSpan(traces, session, frame);
    return span === undefined ? [] : [{ span, claim: { entries: [], frames: [frame] } }];
  });
  return [...entries, ...frames];
}

function frameSpan(traces: TracesTable, known: Known, frame: TraceFrame): OtelSpan | undefined {
  const messages = unpackAll(traces, traces.outbox.messages(frame, MAX_MESSAGES))
    .map(({ value }) => value as unknown as SessionEventMessage);
  const around = { messages, lastWritten: known.lastWritten };
  if (frame.stepIndex === null) return sessionSpan(known.session, around);
  const step = known.steps.get(frame.stepIndex);
  if (step === undefined) return undefined;
  const head = {
    step_id: step.stepId,
    step_index: step.stepIndex,
    turn_number: step.turn,
    started_at: step.startUs / 1e6,
    completed_at: step.endUs === null ? null : step.endUs / 1e6,
    metadata: step.metadata as JsonObject,
    span_id: step.spanId,
  };
  return stepSpan(head, placeIn(known, null), around);
}

function placeIn({ session, steps }: Known, stepIndex: number | null): SpanPlace {
  const step = stepIndex === null ? undefined : steps.get(stepIndex);
  return placeOf(session, step === undefined ? undefined : { span_id: step.spanId });
}

function readSession(traces: TracesTable, id: string): Known | undefined {
  const record = traces.get(id);
  if (record === undefined) return undefined;
  const session: SessionForSpan = {
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
  };
  const steps = new Map(traces.steps(id).map((step) => [step.stepIndex, step] as const));
  return { session, lastWritten: record.updatedUs / 1e6, steps };
}
