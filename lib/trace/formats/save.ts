import { OwllmError } from "../../core/mod.ts";
import type { NewTraceEntry, TraceContent, TracesTable } from "../../state/mod.ts";
import type { JsonObject, SessionTrace } from "../events.ts";
import { foreignRow, type ForeignSpanBody } from "../otel/foreign_span.ts";
import { storable } from "../open_session.ts";
import type { Redactor } from "../redact.ts";
import { pack } from "../store/pack.ts";
import { eventRow, messageRow, sessionRow, stepRow, toMicroseconds } from "../store/rows.ts";
import { WordCollector } from "../store/words.ts";
import { type ArchivedTrace, isEvent, recordsOf } from "./archive.ts";

/** How {@linkcode saveArchived} treats what it is given. */
export interface SaveOptions {
  readonly redactor: Redactor;
  /** Whether a session of the same id is replaced. */
  readonly replace: boolean;
}

/** What became of a session. */
export type Saved = "added" | "replaced" | "exists";

/**
 * Writes a whole session in one transaction, cleaned of secrets. A session of the same id stays as
 * it is unless it shall be replaced.
 *
 * @throws {@linkcode OwllmError} `usage` when its trace id belongs to a session of another id
 */
export function saveArchived(
  traces: TracesTable,
  given: ArchivedTrace,
  { redactor, replace }: SaveOptions,
): Saved {
  const id = storable(given.session.session_id);
  const known = traces.get(id) !== undefined;
  if (known && !replace) return "exists";
  const other = traces.findByTraceId(given.session.trace_id);
  if (other !== undefined && other.id !== id) {
    throw new OwllmError({
      code: "usage",
      message: `The trace id of "${id}" belongs to the session "${other.id}" already`,
      recoverySuggestion: `See what that is: owllm trace show ${other.id}`,
    });
  }
  const archived = redactor.json(given as unknown as JsonObject) as unknown as ArchivedTrace;
  // The id is what the session is found by, whatever it looks like.
  const session = { ...archived.session, session_id: id };
  const { entries, contents } = entriesOf(session, archived.spans);
  const { ended_at, status, error, metadata } = session;
  traces.write({
    replaces: known ? [id] : [],
    sessions: [{ ...sessionRow(session), pinned: archived.pinned }],
    steps: session.time_steps.map((step) => stepRow(id, step)),
    contents,
    entries,
    ends: ended_at === null || status === "open"
      ? []
      : [{ id, endedUs: toMicroseconds(ended_at), status, error, metadata }],
    outbox: false,
    writtenUs: toMicroseconds(lastTime(session)),
  });
  return known ? "replaced" : "added";
}

function entriesOf(session: SessionTrace, spans: ArchivedTrace["spans"]) {
  const id = session.session_id;
  const words = new WordCollector();
  const contents: TraceContent[] = [];
  const entries = recordsOf(session).map((record): NewTraceEntry => {
    const packed = pack(record);
    for (const [hash, text] of packed.contents) contents.push({ hash, text });
    return isEvent(record)
      ? eventRow(id, record, packed, words)
      : messageRow(id, record, packed, words);
  });
  const seen = new Set<string>();
  for (const { step_index, body } of spans) {
    const packed = pack(body);
    for (const [hash, text] of packed.contents) contents.push({ hash, text });
    entries.push({
      ...foreignRow(body as ForeignSpanBody, { sessionId: id, stepIndex: step_index }, seen),
      body: packed.body,
      contents: [...packed.contents.keys()],
    });
  }
  return { entries, contents };
}

/** When the session was last written to: one that was cut long ago must not look alive. */
function lastTime(session: SessionTrace): number {
  const times = [
    session.created_at,
    session.ended_at ?? 0,
    ...session.time_steps.flatMap((
      { started_at, completed_at },
    ) => [started_at, completed_at ?? 0]),
    ...recordsOf(session).map(({ time_record }) => time_record.event_time),
  ];
  return times.reduce((last, time) => Math.max(last, time), 0);
}
