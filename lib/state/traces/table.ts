import type { SQLInputValue } from "node:sqlite";
import type { Database, Row } from "../database.ts";
import { parseRow } from "../rows.ts";
import { createOutbox } from "./outbox.ts";
import { pruneTraces, removeTrace } from "./prune.ts";
import type {
  TraceEntryRecord,
  TraceFilter,
  TraceSessionRecord,
  TracesTable,
  TraceStepRecord,
} from "./records.ts";
import { EntryRow, SessionRow, StepRow } from "./rows.ts";
import { searchTraces } from "./search.ts";
import { writeBatch } from "./write.ts";

const SESSION = `
  SELECT trace_sessions.*,
    (SELECT json_group_array(tag) FROM trace_tags WHERE session_id = trace_sessions.id) AS tags
  FROM trace_sessions
  `;

/** The traces in an open file. */
export function createTracesTable(db: Database): TracesTable {
  const session = (row: Row): TraceSessionRecord =>
    parseRow(SessionRow, row, db.path, "trace_sessions");
  const entry = (row: Row): TraceEntryRecord => parseRow(EntryRow, row, db.path, "trace_entries");
  const step = (row: Row): TraceStepRecord => parseRow(StepRow, row, db.path, "trace_steps");
  const one = (row: Row | undefined) => row === undefined ? undefined : session(row);
  const change = (sql: string, ...values: SQLInputValue[]) =>
    db.write(() => db.run(sql, ...values)) > 0;
  const exists = (id: string) =>
    db.get("SELECT 1 FROM trace_sessions WHERE id = ?", id) !== undefined;
  return {
    write: (batch) => writeBatch(db, batch),
    list: (filter) => listSessions(db, filter).map(session),
    get: (id) => one(db.get(`${SESSION} WHERE id = ?`, id)),
    findByTraceId: (traceId) => one(db.get(`${SESSION} WHERE trace_id = ?`, traceId)),
    idsLike: (prefix, limit) =>
      db.all(
        // The index goes to the first such id; char(1114111) comes after every character.
        `SELECT id FROM trace_sessions WHERE id BETWEEN ? AND ? || char(1114111)
          ORDER BY created_us DESC LIMIT ?`,
        prefix,
        prefix,
        limit,
      ).map((row) => String(row["id"])),
    steps: (id) =>
      db.all("SELECT * FROM trace_steps WHERE session_id = ? ORDER BY step_index", id).map(step),
    entries: (id, { afterId = 0, limit = -1 } = {}) =>
      db.all(
        "SELECT * FROM trace_entries WHERE session_id = ? AND id > ? ORDER BY id LIMIT ?",
        id,
        afterId,
        limit,
      ).map(entry),
    contents: (hashes) =>
      new Map(
        db.all(
          "SELECT hash, text FROM trace_contents WHERE hash IN (SELECT value FROM json_each(?))",
          JSON.stringify(hashes),
        ).map((row) => [String(row["hash"]), String(row["text"])]),
      ),
    contentHeads: (hashes, characters) =>
      new Map(
        db.all(
          `SELECT hash, substr(text, 1, ?) AS head, octet_length(text) AS bytes
            FROM trace_contents WHERE hash IN (SELECT value FROM json_each(?))`,
          characters,
          JSON.stringify(hashes),
        ).map((row) => [
          String(row["hash"]),
          { head: String(row["head"]), bytes: Number(row["bytes"]) },
        ]),
      ),
    search: (terms, options) => searchTraces(db, terms, options, entry),
    pin: (id, pinned) =>
      change("UPDATE trace_sessions SET pinned = ? WHERE id = ?", pinned ? 1 : 0, id),
    tag: (id, tag) =>
      exists(id) &&
      (change("INSERT OR IGNORE INTO trace_tags (session_id, tag) VALUES (?, ?)", id, tag), true),
    untag: (id, tag) => change("DELETE FROM trace_tags WHERE session_id = ? AND tag = ?", id, tag),
    remove: (id) => removeTrace(db, id),
    prune: (options) => pruneTraces(db, options),
    outbox: createOutbox(db, entry),
  };
}

function listSessions(db: Database, filter: TraceFilter): Row[] {
  const conditions: [string, SQLInputValue | undefined][] = [
    ["model = ?", filter.model],
    ["kind = ?", filter.kind],
    ["created_us >= ?", filter.sinceUs],
    ["id IN (SELECT session_id FROM trace_tags WHERE tag = ?)", filter.tag],
    ["ifnull(status, 'open') = ?", filter.status],
  ];
  const wanted = conditions.filter(([, value]) => value !== undefined);
  const where = wanted.length === 0 ? "" : `WHERE ${wanted.map(([sql]) => sql).join(" AND ")}`;
  const values = wanted.flatMap(([, value]) => value === undefined ? [] : [value]);
  const order = "ORDER BY created_us DESC, rowid DESC LIMIT ?";
  return db.all(`${SESSION} ${where} ${order}`, ...values, filter.limit);
}
