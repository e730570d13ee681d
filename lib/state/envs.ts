import { z } from "zod";
import type { Clock } from "../core/mod.ts";
import type { Database, Row } from "./database.ts";
import type { EnvRecord, EnvsTable } from "./records.ts";
import { json, parseRow } from "./rows.ts";

const EnvRow = z.strictObject({
  key: z.string(),
  path: z.string(),
  spec: json,
  created_at: z.string(),
  last_used_at: z.string().nullable(),
}).transform((row): EnvRecord => ({
  key: row.key,
  path: row.path,
  spec: row.spec,
  createdAt: row.created_at,
  lastUsedAt: row.last_used_at,
}));

const UPSERT = `
  INSERT INTO envs (key, path, spec, created_at) VALUES (?, ?, ?, ?)
  ON CONFLICT (key) DO UPDATE SET path = excluded.path, spec = excluded.spec
  RETURNING *
  `;

/** The provisioned environments in an open file. */
export function createEnvsTable(db: Database, clock: Clock): EnvsTable {
  const read = (row: Row) => parseRow(EnvRow, row, db.path, "envs");
  const now = () => clock.now().toISOString();
  return {
    upsert({ key, path, spec }) {
      const text = JSON.stringify(spec ?? null);
      return db.write(() => read(db.get(UPSERT, key, path, text, now()) ?? {}));
    },
    get(key) {
      const row = db.get("SELECT * FROM envs WHERE key = ?", key);
      return row === undefined ? undefined : read(row);
    },
    list: () => db.all("SELECT * FROM envs ORDER BY key").map(read),
    used: (key) =>
      db.write(() => db.run("UPDATE envs SET last_used_at = ? WHERE key = ?", now(), key)) > 0,
    remove: (key) => db.write(() => db.run("DELETE FROM envs WHERE key = ?", key)) > 0,
  };
}
