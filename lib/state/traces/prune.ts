import type { Database } from "../database.ts";
import type { TracePruned } from "./records.ts";

/** Takes a session with all that is only its own; false when there is none. */
export function removeTrace(db: Database, id: string): boolean {
  return db.write(() => removeRows(db, id));
}

/** The same inside of a transaction that is open. */
export function removeRows(db: Database, id: string): boolean {
  db.run(
    "DELETE FROM trace_search WHERE rowid IN (SELECT id FROM trace_entries WHERE session_id = ?)",
    id,
  );
  const contents = db.all(
    "SELECT content_id FROM trace_content_uses WHERE session_id = ?",
    id,
  ).map((row) => Number(row["content_id"]));
  const removed = db.run("DELETE FROM trace_sessions WHERE id = ?", id) > 0;
  db.run(
    `DELETE FROM trace_contents WHERE id IN (SELECT value FROM json_each(?))
      AND NOT EXISTS (SELECT 1 FROM trace_content_uses WHERE content_id = trace_contents.id)`,
    JSON.stringify(contents),
  );
  return removed;
}

/** Takes the sessions that began before a time and are not pinned. */
export function pruneTraces(
  db: Database,
  { beforeUs, dryRun }: { readonly beforeUs: number; readonly dryRun: boolean },
): TracePruned {
  const old = db.all(
    `SELECT id, pinned, events + messages + spans AS entries FROM trace_sessions
      WHERE created_us < ? ORDER BY created_us`,
    beforeUs,
  ).map((row) => ({
    id: String(row["id"]),
    pinned: row["pinned"] === 1,
    entries: Number(row["entries"]),
  }));
  const taken = old.filter((session) => !session.pinned);
  // One transaction a session: other writers wait for one and not for all.
  if (!dryRun) { for (const { id } of taken) removeTrace(db, id); }
  return {
    sessions: taken.map(({ id }) => id),
    entries: taken.reduce((sum, { entries }) => sum + entries, 0),
    pinned: old.length - taken.length,
  };
}
