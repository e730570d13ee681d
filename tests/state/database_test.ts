import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { type Database, wrapDatabase } from "../../lib/state/database.ts";
import { migrate, versionOf } from "../../lib/state/migrate.ts";
import { MIGRATIONS } from "../../lib/state/migrations.ts";
import { withTempDir } from "../support/state.ts";

interface Options {
  readonly timeout?: number;
  readonly readOnly?: boolean;
}

function open(dir: string, options: Options = {}): Database {
  return wrapDatabase(new DatabaseSync(`${dir}/owllm.db`, options), `${dir}/owllm.db`);
}

function tables(db: Database): string[] {
  return db.all("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    .map(({ name }) => String(name));
}

Deno.test("migrate() takes the missing steps in order and keeps the rows", () =>
  withTempDir((dir) => {
    const db = open(dir);
    const first = "CREATE TABLE a (x INTEGER) STRICT; INSERT INTO a VALUES (1);";
    migrate(db, [first]);
    assert.equal(versionOf(db), 1);
    db.exec("INSERT INTO a VALUES (2)");
    migrate(db, [first, "ALTER TABLE a ADD COLUMN y TEXT", "UPDATE a SET y = 'new'"]);
    assert.equal(versionOf(db), 3);
    assert.deepEqual(db.all("SELECT x, y FROM a").map((row) => ({ ...row })), [
      { x: 1, y: "new" },
      { x: 2, y: "new" },
    ]);
    db.close();
    return Promise.resolve();
  }));

Deno.test("migrate() leaves the file as it was when a step fails", () =>
  withTempDir((dir) => {
    const db = open(dir);
    const first = "CREATE TABLE a (x INTEGER) STRICT";
    migrate(db, [first]);
    const steps = [first, "CREATE TABLE b (x INTEGER) STRICT", "INSERT INTO nowhere VALUES (1)"];
    assert.throws(() => migrate(db, steps), {
      code: "state",
      message: /Cannot bring the state file ".*" to schema 3: no such table: nowhere/,
    });
    assert.equal(versionOf(db), 1);
    assert.deepEqual(tables(db), ["a"]);
    migrate(db, [first]);
    db.close();
    return Promise.resolve();
  }));

Deno.test("migrate() fills no file that holds something without a version", () =>
  withTempDir((dir) => {
    const db = open(dir);
    db.exec("CREATE TABLE theirs (x)");
    assert.throws(() => migrate(db), /has 1 tables but no schema version/);
    assert.deepEqual(tables(db), ["theirs"]);
    db.close();
    return Promise.resolve();
  }));

Deno.test("every table of the newest schema is STRICT, but for the search index", () =>
  withTempDir((dir) => {
    const db = open(dir);
    migrate(db, MIGRATIONS);
    const loose = db.all("PRAGMA table_list")
      .filter(({ name, type, strict }) =>
        !String(name).startsWith("sqlite_") && type !== "shadow" && strict !== 1
      );
    assert.deepEqual(loose.map(({ name }) => name), ["trace_search"]);
    db.close();
    return Promise.resolve();
  }));

Deno.test("write() rolls back when its body throws", () =>
  withTempDir((dir) => {
    const db = open(dir);
    db.exec("CREATE TABLE a (x INTEGER) STRICT");
    assert.throws(() =>
      db.write(() => {
        db.run("INSERT INTO a VALUES (?)", 1);
        throw new Error("stop");
      }), /stop/);
    assert.equal(db.all("SELECT * FROM a").length, 0);
    assert.equal(db.raw.isTransaction, false);
    db.close();
    return Promise.resolve();
  }));

Deno.test("a full disk is one sentence, and the transaction is undone", () =>
  withTempDir((dir) => {
    const db = open(dir);
    db.exec("CREATE TABLE a (x TEXT) STRICT");
    // SQLite's own ceiling gives the same error as a disk without space.
    db.exec("PRAGMA max_page_count = 3");
    const fill = () => db.write(() => db.run("INSERT INTO a VALUES (?)", "x".repeat(100_000)));
    assert.throws(fill, {
      code: "state",
      message: /^The disk that holds the state file .* is full$/,
    });
    assert.equal(db.raw.isTransaction, false);
    assert.equal(db.all("SELECT * FROM a").length, 0);
    db.close();
    return Promise.resolve();
  }));

Deno.test("a read-only file is one sentence", () =>
  withTempDir((dir) => {
    const writer = open(dir);
    writer.exec("CREATE TABLE a (x TEXT) STRICT");
    writer.close();
    const db = open(dir, { readOnly: true });
    assert.throws(() => db.write(() => db.run("INSERT INTO a VALUES ('x')")), {
      code: "state",
      message: /cannot be written: its file system or its mode is read-only$/,
    });
    db.close();
    return Promise.resolve();
  }));

Deno.test("a file that another program holds for too long is one sentence", () =>
  withTempDir((dir) => {
    const holder = open(dir);
    holder.exec("CREATE TABLE a (x TEXT) STRICT");
    holder.exec("BEGIN EXCLUSIVE");
    const db = open(dir, { timeout: 20 });
    assert.throws(() => db.write(() => 1), {
      code: "state",
      message: /^Another program has held the state file .* for too long$/,
    });
    holder.exec("ROLLBACK");
    assert.equal(db.write(() => 1), 1);
    db.close();
    holder.close();
    return Promise.resolve();
  }));
