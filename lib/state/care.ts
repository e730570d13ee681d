import { messageOf, OwllmError } from "../core/mod.ts";
import { type Database } from "./database.ts";
import { damaged, restoreHint, sqliteError } from "./errors.ts";
import { versionOf } from "./migrate.ts";

/** What `owllm state check` finds; these are the names that its `--json` prints. */
export interface StateCheck {
  readonly path: string;
  /** True when nothing below tells of damage. */
  readonly ok: boolean;
  /** What `PRAGMA integrity_check` found wrong; empty when all is well. */
  readonly integrity: readonly string[];
  /** Rows that refer to a row that is not there. */
  readonly broken_references: number;
  readonly schema_version: number;
  readonly sqlite_version: string;
  /** Size of the file in bytes, and of its write-ahead log. */
  readonly size_bytes: number;
  readonly wal_bytes: number;
  /** Rows per table. */
  readonly rows: Readonly<Record<string, number>>;
  /** What to do when it is not ok. */
  readonly fix: string;
}

/** A finished backup. */
export interface StateBackup {
  readonly target: string;
  readonly size_bytes: number;
}

/** Reads every page, index and reference of the file. */
export async function checkFile(db: Database): Promise<StateCheck> {
  const integrity = db.all("PRAGMA integrity_check")
    .map((row) => String(row["integrity_check"]))
    .filter((line) => line !== "ok");
  const broken_references = db.all("PRAGMA foreign_key_check").length;
  const tables = db.all(
    // The search index keeps tables of its own, which say nothing to a person.
    `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
      AND name NOT LIKE 'trace_search_%' ORDER BY name`,
  ).map((row) => String(row["name"]));
  const rows = Object.fromEntries(
    tables.map((name) => [name, Number(db.get(`SELECT count(*) AS n FROM "${name}"`)?.["n"])]),
  );
  return {
    path: db.path,
    ok: integrity.length === 0 && broken_references === 0,
    integrity,
    broken_references,
    schema_version: versionOf(db),
    sqlite_version: String(db.get("SELECT sqlite_version() AS v")?.["v"]),
    size_bytes: await sizeOf(db.path),
    wal_bytes: await sizeOf(`${db.path}-wal`),
    rows,
    fix: restoreHint(db.path),
  };
}

/**
 * Copies an open file into a new one, mode 0600, that needs no log beside it, and checks the copy.
 *
 * @throws {@linkcode OwllmError} `usage` when the target exists or cannot be made
 */
export async function backupTo(db: Database, target: string): Promise<StateBackup> {
  await createTarget(target);
  try {
    const { backup, DatabaseSync } = await import("node:sqlite");
    await backup(db.raw, target);
    const copy = new DatabaseSync(target);
    try {
      copy.exec("PRAGMA journal_mode = DELETE");
      const verdict = copy.prepare("PRAGMA integrity_check").get()?.["integrity_check"];
      if (verdict !== "ok") throw damaged(db.path, `its copy fails the check: ${verdict}`);
    } finally {
      copy.close();
    }
  } catch (error) {
    await Deno.remove(target);
    throw sqliteError(error, target);
  }
  return { target, size_bytes: await sizeOf(target) };
}

async function createTarget(target: string): Promise<void> {
  try {
    (await Deno.open(target, { write: true, createNew: true, mode: 0o600 })).close();
  } catch (error) {
    const exists = error instanceof Deno.errors.AlreadyExists;
    throw new OwllmError({
      code: "usage",
      message: exists
        ? `The backup target "${target}" exists already`
        : `Cannot make the backup target "${target}": ${messageOf(error)}`,
      recoverySuggestion: "Name a new file in a directory that exists and can be written",
      context: { target },
      cause: error,
    });
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await Deno.stat(path)).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}
