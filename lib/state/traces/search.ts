import type { Database, Row } from "../database.ts";
import type { TraceEntryRecord, TraceSearchResult } from "./records.ts";

/**
 * Up to so many matches are ranked by relevance; of more, the newest so many. bm25 has to look at
 * every match of every word: over a million of them takes a second.
 */
const MAX_RANKED = 2_000;

const MATCHING = "FROM trace_search WHERE trace_search MATCH ? AND rowid BETWEEN ? AND ?";

/** Finds entries by an FTS5 expression; `read` checks a row. */
export function searchTraces(
  db: Database,
  match: string,
  { limit, sessionId }: { readonly limit: number; readonly sessionId?: string | undefined },
  read: (row: Row) => TraceEntryRecord,
): TraceSearchResult {
  const range = rangeOf(db, sessionId);
  const newest = db.all(
    `SELECT rowid AS id ${MATCHING} ORDER BY rowid DESC LIMIT ?`,
    match,
    ...range,
    MAX_RANKED + 1,
  );
  const more = newest.length > MAX_RANKED;
  const ranked = more ? newest : db.all(
    `SELECT rowid AS id, rank ${MATCHING} ORDER BY rank LIMIT ?`,
    match,
    ...range,
    MAX_RANKED,
  );
  const ranks = new Map(ranked.map((row) => [Number(row["id"]), Number(row["rank"] ?? 0)]));
  const rows = rowsOf(db, [...ranks.keys()], sessionId, limit).map(read);
  return {
    hits: rows.map((entry) => ({ entry, rank: ranks.get(entry.id) ?? 0 })),
    matches: Math.min(newest.length, MAX_RANKED),
    more,
  };
}

/** The ids between which the entries of a session lie; of all, when there is no session. */
function rangeOf(db: Database, sessionId: string | undefined): [number, number] {
  if (sessionId === undefined) return [0, Number.MAX_SAFE_INTEGER];
  const row = db.get(
    "SELECT min(id) AS low, max(id) AS high FROM trace_entries WHERE session_id = ?",
    sessionId,
  );
  return [Number(row?.["low"] ?? 0), Number(row?.["high"] ?? 0)];
}

/** The entries of these ids, in this order, at most `limit`. */
function rowsOf(
  db: Database,
  ids: readonly number[],
  sessionId: string | undefined,
  limit: number,
): Row[] {
  const where = sessionId === undefined ? "" : "WHERE e.session_id = ?";
  const values = sessionId === undefined ? [] : [sessionId];
  return db.all(
    `SELECT e.* FROM json_each(?) j JOIN trace_entries e ON e.id = j.value ${where}
      ORDER BY j.key LIMIT ?`,
    JSON.stringify(ids),
    ...values,
    limit,
  );
}
