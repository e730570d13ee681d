import { z } from "zod";
import type { Clock, Ids } from "../core/mod.ts";
import type { Database, Row } from "./database.ts";
import type { ServerRecord, ServersTable } from "./records.ts";
import { parseRow } from "./rows.ts";

const ServerRow = z.strictObject({
  id: z.string(),
  kind: z.string(),
  base_url: z.string(),
  version: z.string().nullable(),
  pid: z.number().nullable(),
  first_seen: z.string(),
  last_seen: z.string(),
}).transform((row): ServerRecord => ({
  id: row.id,
  kind: row.kind,
  baseUrl: row.base_url,
  version: row.version,
  pid: row.pid,
  firstSeen: row.first_seen,
  lastSeen: row.last_seen,
}));

const SEEN = `
  INSERT INTO servers (id, kind, base_url, version, pid, first_seen, last_seen)
  VALUES (?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (base_url) DO UPDATE SET
    kind = excluded.kind, version = excluded.version, pid = excluded.pid,
    last_seen = excluded.last_seen
  RETURNING *
  `;

/** The servers that were seen, in an open file. */
export function createServersTable(db: Database, clock: Clock, ids: Ids): ServersTable {
  const read = (row: Row) => parseRow(ServerRow, row, db.path, "servers");
  const findBy = (column: "id" | "base_url", value: string) => {
    const row = db.get(`SELECT * FROM servers WHERE ${column} = ?`, value);
    return row === undefined ? undefined : read(row);
  };
  return {
    seen({ kind, baseUrl, version, pid }) {
      const now = clock.now().toISOString();
      const id = ids.next("server");
      return db.write(() => read(db.get(SEEN, id, kind, baseUrl, version, pid, now, now) ?? {}));
    },
    get: (id) => findBy("id", id),
    findByUrl: (baseUrl) => findBy("base_url", baseUrl),
    list: () => db.all("SELECT * FROM servers ORDER BY last_seen DESC, base_url").map(read),
    remove: (id) => db.write(() => db.run("DELETE FROM servers WHERE id = ?", id)) > 0,
  };
}
