import { z } from "zod";
import { type Clock, type Ids, OwllmError } from "../../core/mod.ts";
import type { Database, Row } from "../database.ts";
import { json, parseRow } from "../rows.ts";
import type { FileChangeRecord, FileChangesTable } from "./records.ts";

const Files = z.array(z.strictObject({
  relative: z.string(),
  before: z.string().nullable(),
  after: z.string().nullable(),
  mode: z.number(),
}));

const ChangeRow = z.strictObject({
  id: z.string(),
  run_id: z.string().nullable(),
  repository: z.string(),
  patch: z.string(),
  files: json.pipe(Files),
  status: z.enum(["applying", "applied", "failed", "undone"]),
  created_at: z.string(),
  ended_at: z.string().nullable(),
}).transform((row): FileChangeRecord => ({
  id: row.id,
  runId: row.run_id,
  repository: row.repository,
  patch: row.patch,
  files: row.files,
  status: row.status,
  createdAt: row.created_at,
  endedAt: row.ended_at,
}));

const BEGIN = `
  INSERT INTO file_changes (id, run_id, repository, patch, files, status, created_at)
  VALUES (?, ?, ?, ?, ?, 'applying', ?)
  `;

const END = "UPDATE file_changes SET status = ?, ended_at = ? WHERE id = ?";

const LIST = `
  SELECT * FROM file_changes
  WHERE (?1 IS NULL OR repository = ?1) AND (?2 IS NULL OR run_id = ?2)
    AND (?3 IS NULL OR status = ?3)
  ORDER BY created_at DESC, id DESC LIMIT ?4
  `;

/** The changes of repositories in an open file. */
export function createFileChangesTable(db: Database, clock: Clock, ids: Ids): FileChangesTable {
  const read = (row: Row): FileChangeRecord => parseRow(ChangeRow, row, db.path, "file_changes");
  const now = () => clock.now().toISOString();
  return {
    begin({ runId, repository, patch, files }) {
      const id = ids.next("change");
      db.write(() => db.run(BEGIN, id, runId, repository, patch, JSON.stringify(files), now()));
      return id;
    },
    end(id, status) {
      const changed = db.write(() => db.run(END, status, now(), id));
      if (changed === 0) throw new OwllmError({ code: "not_found", message: `No change "${id}"` });
    },
    get(id) {
      const row = db.get("SELECT * FROM file_changes WHERE id = ?", id);
      return row === undefined ? undefined : read(row);
    },
    list: ({ repository, runId, status, limit }) =>
      db.all(LIST, repository ?? null, runId ?? null, status ?? null, limit).map(read),
  };
}
