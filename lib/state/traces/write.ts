import type { Database } from "../database.ts";
import { toJson } from "../rows.ts";
import { removeRows } from "./prune.ts";
import type { NewTraceEntry, TraceBatch } from "./records.ts";

const NEW_SESSION = `
  INSERT INTO trace_sessions (id, kind, created_us, updated_us, trace_id, span_id, metadata, model)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?)
  `;

// The spans of one foreign trace may come from several processes: the first one makes its session.
const NEW_SPANS_SESSION = `${NEW_SESSION} ON CONFLICT DO NOTHING`;

// Ended again after it was sent: a session that was sent as cut and goes on after all.
const OUTBOX_SESSION = `
  INSERT OR IGNORE INTO trace_outbox_frames (session_id, step_index)
  SELECT id, -1 FROM trace_sessions WHERE id = ? AND kind <> 'spans'
  `;
const OUTBOX_STEP =
  "INSERT OR IGNORE INTO trace_outbox_frames (session_id, step_index) VALUES (?, ?)";

const TAG = "INSERT OR IGNORE INTO trace_tags (session_id, tag) VALUES (?, ?)";

const PIN = "UPDATE trace_sessions SET pinned = 1 WHERE id = ?";

const STEP = `
  INSERT INTO trace_steps
    (session_id, step_index, step_id, turn, start_us, end_us, span_id, metadata)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (session_id, step_index) DO UPDATE
    SET end_us = excluded.end_us, metadata = excluded.metadata
  `;

const CONTENT = "INSERT INTO trace_contents (hash, text) VALUES (?, ?) ON CONFLICT DO NOTHING";

const USE_CONTENT = `
  INSERT INTO trace_content_uses (session_id, content_id)
  SELECT ?, id FROM trace_contents WHERE hash = ?
  ON CONFLICT DO NOTHING
  `;

const ENTRY = `
  INSERT INTO trace_entries
    (session_id, step_index, kind, name, start_us, duration_us, failed, input_tokens,
     output_tokens, reward, span_id, body)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  `;

// Both refer to the entry that was inserted just before.
const OUTBOX = "INSERT INTO trace_outbox (entry_id) VALUES (last_insert_rowid())";
const WORDS = `
  INSERT INTO trace_search (rowid, prompt, arguments, result, error)
  VALUES (last_insert_rowid(), ?, ?, ?, ?)
  `;

const COUNT = `
  UPDATE trace_sessions SET
    updated_us = ?,
    steps = (SELECT count(*) FROM trace_steps WHERE session_id = trace_sessions.id),
    events = events + ?, messages = messages + ?, spans = spans + ?, tool_calls = tool_calls + ?,
    errors = errors + ?, input_tokens = input_tokens + ?, output_tokens = output_tokens + ?,
    cost_usd = CASE WHEN ? IS NULL THEN cost_usd ELSE coalesce(cost_usd, 0) + ? END,
    model = coalesce(model, ?)
  WHERE id = ?
  `;

const END = `
  UPDATE trace_sessions SET ended_us = ?, status = ?, error = ?, metadata = ? WHERE id = ?
  `;

/** What a batch adds to one session. */
interface Sums {
  events: number;
  messages: number;
  spans: number;
  toolCalls: number;
  errors: number;
  inputTokens: number;
  outputTokens: number;
  costUsd: number | null;
  model: string | null;
}

/** Writes a batch in one transaction. */
export function writeBatch(db: Database, batch: TraceBatch): void {
  db.write(() => {
    for (const id of batch.replaces ?? []) removeRows(db, id);
    for (const session of batch.sessions) {
      const { id, kind, createdUs, traceId, spanId, metadata, tags, model = null } = session;
      const text = JSON.stringify(metadata);
      const sql = kind === "spans" ? NEW_SPANS_SESSION : NEW_SESSION;
      db.run(sql, id, kind, createdUs, batch.writtenUs, traceId, spanId, text, model);
      if (batch.outbox) db.run(OUTBOX_SESSION, id);
      for (const tag of tags) db.run(TAG, id, tag);
      if (session.pinned === true) db.run(PIN, id);
    }
    for (const step of batch.steps) {
      const { sessionId, stepIndex, stepId, turn, startUs, endUs, spanId, metadata } = step;
      const text = JSON.stringify(metadata);
      db.run(STEP, sessionId, stepIndex, stepId, turn, startUs, endUs, spanId, text);
      if (batch.outbox) db.run(OUTBOX_STEP, sessionId, stepIndex);
    }
    for (const { hash, text } of batch.contents) db.run(CONTENT, hash, text);
    for (const entry of batch.entries) writeEntry(db, entry, batch.outbox);
    for (const [id, sums] of sumsOf(batch)) writeSums(db, id, sums, batch.writtenUs);
    for (const { id, endedUs, status, error, metadata } of batch.ends) {
      db.run(END, endedUs, status, toJson(error), JSON.stringify(metadata), id);
      if (batch.outbox) db.run(OUTBOX_SESSION, id);
    }
  });
}

function writeEntry(db: Database, entry: NewTraceEntry, outbox: boolean): void {
  db.run(
    ENTRY,
    entry.sessionId,
    entry.stepIndex,
    entry.kind,
    entry.name,
    entry.startUs,
    entry.durationUs,
    entry.failed ? 1 : 0,
    entry.inputTokens,
    entry.outputTokens,
    entry.reward,
    entry.spanId,
    entry.body,
  );
  if (outbox && entry.kind !== "message") db.run(OUTBOX);
  const words = entry.words;
  if (words !== undefined) db.run(WORDS, words.prompt, words.arguments, words.result, words.error);
  for (const hash of entry.contents) db.run(USE_CONTENT, entry.sessionId, hash);
}

function sumsOf(batch: TraceBatch): Map<string, Sums> {
  const sums = new Map<string, Sums>();
  const of = (id: string): Sums => {
    let sum = sums.get(id);
    if (sum === undefined) sums.set(id, sum = zero());
    return sum;
  };
  for (const step of batch.steps) of(step.sessionId);
  for (const end of batch.ends) of(end.id);
  for (const entry of batch.entries) {
    const sum = of(entry.sessionId);
    if (entry.kind === "message") sum.messages++;
    else if (entry.kind === "span") sum.spans++;
    else sum.events++;
    if (entry.toolCall) sum.toolCalls++;
    if (entry.failed) sum.errors++;
    sum.inputTokens += entry.inputTokens ?? 0;
    sum.outputTokens += entry.outputTokens ?? 0;
    if (entry.costUsd !== null) sum.costUsd = (sum.costUsd ?? 0) + entry.costUsd;
    sum.model ??= entry.model;
  }
  return sums;
}

function zero(): Sums {
  return {
    events: 0,
    messages: 0,
    spans: 0,
    toolCalls: 0,
    errors: 0,
    inputTokens: 0,
    outputTokens: 0,
    costUsd: null,
    model: null,
  };
}

function writeSums(db: Database, id: string, sums: Sums, writtenUs: number): void {
  db.run(
    COUNT,
    writtenUs,
    sums.events,
    sums.messages,
    sums.spans,
    sums.toolCalls,
    sums.errors,
    sums.inputTokens,
    sums.outputTokens,
    sums.costUsd,
    sums.costUsd,
    sums.model,
    id,
  );
}
