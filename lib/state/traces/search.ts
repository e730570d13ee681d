import type { SQLInputValue } from "node:sqlite";
import type { Database, Row } from "../database.ts";
import type { TraceEntryRecord, TraceSearchOptions, TraceSearchResult } from "./records.ts";

/**
 * Up to so many matches are ranked by relevance; of more, the newest so many. bm25 looks up each
 * match: 4 ms for so many, where a million entries were measured.
 */
const MAX_RANKED = 500;

/**
 * Finds entries that match every one of these FTS5 expressions; `read` checks a row.
 *
 * bm25 also counts each word's matches in the whole index, 70 ms for a word that a million entries
 * have. Such a word weighs nothing in it, so only the rarer ones are asked for a rank.
 */
export function searchTraces(
  db: Database,
  terms: readonly string[],
  { limit, sessionId }: TraceSearchOptions,
  read: (row: Row) => TraceEntryRecord,
): TraceSearchResult {
  const newest = newestMatches(db, terms.join(" AND "), sessionId);
  const more = newest.length > MAX_RANKED;
  const found = newest.slice(0, MAX_RANKED);
  const ranks = more ? new Map<number, number>() : ranksOf(db, terms, new Set(found));
  // The sort is stable: of equal rank, the newest is first.
  const best = found.toSorted((a, b) => (ranks.get(a) ?? 0) - (ranks.get(b) ?? 0)).slice(0, limit);
  return {
    hits: rowsOf(db, best).map(read)
      .map((entry) => ({ entry, rank: ranks.get(entry.id) ?? 0 })),
    matches: found.length,
    more,
  };
}

/** The ids of matching entries, the newest first, one more than are ranked. */
function newestMatches(db: Database, match: string, sessionId: string | undefined): number[] {
  const where = "FROM trace_search WHERE trace_search MATCH ?";
  const order = "ORDER BY trace_search.rowid DESC LIMIT ?";
  const ids = (sql: string, ...values: SQLInputValue[]) =>
    db.all(sql, match, ...values, MAX_RANKED + 1).map((row) => Number(row["id"]));
  if (sessionId === undefined) return ids(`SELECT rowid AS id ${where} ${order}`);
  // Sessions of several processes are written at once: between the ends of one lie others' entries.
  const [low, high] = ["min", "max"].map((end) =>
    Number(
      db.get(`SELECT ${end}(id) AS id FROM trace_entries WHERE session_id = ?`, sessionId)?.["id"],
    )
  );
  // The casts, because numbers are bound as REAL, and FTS5 ignores a bound that is no INTEGER.
  return ids(
    `SELECT trace_search.rowid AS id ${where} AND trace_search.rowid BETWEEN CAST(? AS INTEGER) AND CAST(? AS INTEGER)
       AND (SELECT session_id FROM trace_entries WHERE id = trace_search.rowid) = ? ${order}`,
    low ?? 0,
    high ?? 0,
    sessionId,
  );
}

/** bm25 of the entries by those terms that tell them apart; an entry without one has 0. */
function ranksOf(
  db: Database,
  terms: readonly string[],
  found: ReadonlySet<number>,
): Map<number, number> {
  if (found.size === 0) return new Map();
  const telling = terms.length === 1 ? terms : terms.filter((term) => {
    const count = "SELECT 1 FROM trace_search WHERE trace_search MATCH ? LIMIT ?";
    const row = db.get(`SELECT count(*) AS n FROM (${count})`, term, MAX_RANKED + 1);
    return Number(row?.["n"]) <= MAX_RANKED;
  });
  if (telling.length === 0) return new Map();
  return new Map(
    db.all(
      "SELECT rowid AS id, bm25(trace_search) AS rank FROM trace_search WHERE trace_search MATCH ?",
      telling.join(" AND "),
    ).map((row) => [Number(row["id"]), Number(row["rank"])] as const)
      .filter(([id]) => found.has(id)),
  );
}

/** The entries of these ids, in this order. */
function rowsOf(db: Database, ids: readonly number[]): Row[] {
  return db.all(
    "SELECT e.* FROM json_each(?) j JOIN trace_entries e ON e.id = j.value ORDER BY j.key",
    JSON.stringify(ids),
  );
}
