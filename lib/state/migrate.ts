import { messageOf, OwllmError } from "../core/mod.ts";
import type { Database } from "./database.ts";
import { damaged } from "./errors.ts";
import { APPLICATION_ID, assertOurs } from "./header.ts";
import { MIGRATIONS } from "./migrations.ts";

/**
 * Brings the file to the newest schema, all missing steps in one transaction: a step that fails
 * leaves the file as it was. Of several processes one migrates and the others wait.
 */
export function migrate(db: Database, migrations: readonly string[] = MIGRATIONS): void {
  if (versionOf(db) === migrations.length) return assertIdentity(db, migrations.length);
  db.write(() => {
    const version = versionOf(db);
    if (version > 0) assertIdentity(db, migrations.length);
    else assertEmpty(db);
    for (const [index, step] of migrations.entries()) {
      if (index >= version) runStep(db, step, index + 1);
    }
    db.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
    db.exec(`PRAGMA user_version = ${migrations.length}`);
  });
}

/** How many migrations the file has had. */
export function versionOf(db: Database): number {
  return Number(db.get("PRAGMA user_version")?.["user_version"] ?? 0);
}

function assertIdentity(db: Database, newest: number): void {
  const applicationId = Number(db.get("PRAGMA application_id")?.["application_id"] ?? 0);
  assertOurs({ userVersion: versionOf(db), applicationId }, newest, db.path);
}

/** A file without a version must hold nothing: otherwise it is not ours to fill. */
function assertEmpty(db: Database): void {
  const tables = Number(db.get("SELECT count(*) AS n FROM sqlite_schema")?.["n"] ?? 0);
  if (tables > 0) throw damaged(db.path, `it has ${tables} tables but no schema version`);
}

function runStep(db: Database, step: string, version: number): void {
  try {
    db.exec(step);
  } catch (error) {
    if (error instanceof OwllmError) throw error;
    throw new OwllmError({
      code: "state",
      message: `Cannot bring the state file "${db.path}" to schema ${version}: ${messageOf(error)}`,
      recoverySuggestion: "The file was left as it was; use the owllm that wrote it, " +
        "or name another directory with `--state DIR`",
      context: { path: db.path, schema: version },
      cause: error,
    });
  }
}
