import assert from "node:assert/strict";
import type { DatabaseSync } from "node:sqlite";
import { OwllmError } from "../../lib/core/mod.ts";
import { findProgram } from "../support/find_program.ts";
import { ROOT } from "../support/sources.ts";
import { openTestState, withTempDir } from "../support/state.ts";

/** Changes the file of a state directory behind owllm's back. */
async function tamper(path: string, body: (db: DatabaseSync) => void): Promise<void> {
  const { DatabaseSync } = await import("node:sqlite");
  const db = new DatabaseSync(path);
  db.exec("PRAGMA journal_mode = DELETE");
  body(db);
  db.close();
}

async function makeState(dir: string): Promise<string> {
  using state = await openTestState(dir);
  for (let index = 0; index < 50; index++) {
    state.models.upsert({
      id: `m${index}`,
      kind: "ollama",
      baseUrl: "http://127.0.0.1:11434",
      name: "x".repeat(2_000),
      source: "added",
    });
  }
  return state.path;
}

async function contents(dir: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const { name } of Deno.readDir(dir)) {
    const hash = await crypto.subtle.digest("SHA-256", await Deno.readFile(`${dir}/${name}`));
    found[name] = new Uint8Array(hash).toHex();
  }
  return found;
}

/** Opening is refused with this message, and not a byte in the directory changes. */
async function assertRefused(dir: string, message: RegExp): Promise<OwllmError> {
  const before = await contents(dir);
  let refused: unknown;
  try {
    (await openTestState(dir)).close();
  } catch (error) {
    refused = error;
  }
  assert.ok(refused instanceof OwllmError, `opened, or: ${refused}`);
  assert.equal(refused.code, "state");
  assert.match(refused.message, message);
  assert.match(refused.recoverySuggestion ?? "", /--state DIR/);
  assert.deepEqual(await contents(dir), before);
  return refused;
}

const mode = async (path: string) => ((await Deno.stat(path)).mode ?? 0) & 0o777;

Deno.test("openState() refuses the file of a newer owllm and leaves it as it was", () =>
  withTempDir(async (dir) => {
    await tamper(await makeState(dir), (db) => db.exec("PRAGMA user_version = 99"));
    await assertRefused(dir, /newer owllm: its schema is 99, this owllm knows up to \d+$/);
  }));

Deno.test("openState() refuses a newer file whose version is only in a log left behind", () =>
  withTempDir(async (dir) => {
    const path = await makeState(`${dir}/newer`);
    const { DatabaseSync } = await import("node:sqlite");
    const newer = new DatabaseSync(path);
    newer.exec("PRAGMA user_version = 99");
    // What a crash leaves: the file and its log, and nobody who has them open.
    const crashed = `${dir}/crashed`;
    await Deno.mkdir(crashed);
    for (const suffix of ["", "-wal"]) {
      await Deno.copyFile(`${path}${suffix}`, `${crashed}/owllm.db${suffix}`);
    }
    newer.close();
    const before = await contents(crashed);
    await assert.rejects(openTestState(crashed), /newer owllm/);
    const { "owllm.db-shm": _index, ...after } = await contents(crashed);
    assert.deepEqual(after, before);
  }));

Deno.test("openState() refuses the SQLite file of another program", () =>
  withTempDir(async (dir) => {
    await Deno.chmod(dir, 0o700);
    await tamper(`${dir}/owllm.db`, (db) => db.exec("CREATE TABLE notes (text TEXT)"));
    await assertRefused(dir, /SQLite file of another program/);
  }));

Deno.test("openState() reports a file that is no database", () =>
  withTempDir(async (dir) => {
    await Deno.writeTextFile(`${dir}/owllm.db`, "This is a letter and no database. ".repeat(50));
    const error = await assertRefused(dir, /is damaged: it does not start like an SQLite file/);
    assert.match(error.recoverySuggestion ?? "", /backup/);
  }));

Deno.test("openState() reports a file that was cut short", () =>
  withTempDir(async (dir) => {
    const path = await makeState(dir);
    await tamper(path, () => {});
    const { size } = await Deno.stat(path);
    await Deno.truncate(path, Math.floor(size / 3 / 4096) * 4096);
    await assertRefused(dir, /is damaged: .*malformed/);
    await Deno.truncate(path, 50);
    await assertRefused(dir, /is damaged: it ends after 50 bytes/);
  }));

Deno.test("check() reports damage inside the file", () =>
  withTempDir(async (dir) => {
    const path = await makeState(dir);
    await tamper(path, () => {});
    const file = await Deno.open(path, { write: true });
    const { size } = await file.stat();
    await file.seek(size - 4096 * 6, Deno.SeekMode.Start);
    await file.write(new Uint8Array(4096 * 4).fill(0xaa));
    file.close();
    using state = await openTestState(dir);
    const check = await state.check().catch((error: unknown) => error);
    if (check instanceof OwllmError) assert.match(check.message, /is damaged/);
    else assert.equal((check as { ok: boolean }).ok, false);
  }));

Deno.test("check() counts rows and references that lead nowhere", () =>
  withTempDir(async (dir) => {
    const path = await makeState(dir);
    {
      using state = await openTestState(dir);
      const check = await state.check();
      assert.equal(check.ok, true);
      assert.equal(check.rows["models"], 50);
      assert.ok(check.size_bytes > 50 * 2_000);
    }
    await tamper(path, (db) => {
      db.exec("PRAGMA foreign_keys = OFF");
      db.exec(`INSERT INTO smoke_probes VALUES
        ('gone', 0, 'p', 'A', 'quick', 'pass', 1, '{}', NULL, NULL)`);
    });
    using state = await openTestState(dir);
    const check = await state.check();
    assert.equal(check.ok, false);
    assert.equal(check.broken_references, 1);
  }));

Deno.test("openState() makes a private directory and private files", () =>
  withTempDir(async (dir) => {
    const inner = `${dir}/a/b`;
    using state = await openTestState(inner);
    state.models.upsert({ id: "m", kind: "ollama", baseUrl: "", name: "m", source: "seen" });
    assert.equal(await mode(inner), 0o700);
    for (const suffix of ["", "-wal", "-shm"]) {
      assert.equal(await mode(`${state.path}${suffix}`), 0o600, suffix);
    }
  }));

Deno.test("openState() takes the rights of others away", () =>
  withTempDir(async (dir) => {
    const path = await makeState(dir);
    await Deno.chmod(path, 0o644);
    await Deno.chmod(dir, 0o755);
    (await openTestState(dir)).close();
    assert.equal(await mode(path), 0o600);
    assert.equal(await mode(dir), 0o700);
  }));

Deno.test("openState() does not lock others out of a directory that is not its own", () =>
  withTempDir(async (dir) => {
    await Deno.writeTextFile(`${dir}/letter.txt`, "");
    await Deno.chmod(dir, 0o755);
    await assert.rejects(openTestState(dir), {
      code: "denied",
      message: /open to others \(mode 755\) and holds other files, such as "letter\.txt"/,
    });
    assert.equal(await mode(dir), 0o755);
    (await openTestState(`${dir}/owllm`)).close();
  }));

Deno.test("openState() says in a sentence when a file is in the way", () =>
  withTempDir(async (dir) => {
    await Deno.writeTextFile(`${dir}/file`, "");
    for (const state of [`${dir}/file`, `${dir}/file/below`]) {
      await assert.rejects(openTestState(state), {
        code: "state",
        message: /^The state directory ".*" cannot be made: a file is in the way$/,
      });
    }
    await Deno.mkdir(`${dir}/s/owllm.db`, { recursive: true });
    await assert.rejects(openTestState(`${dir}/s`), { code: "state" });
  }));

Deno.test("openState() with mode existing makes nothing", () =>
  withTempDir(async (dir) => {
    await assert.rejects(openTestState(`${dir}/s`, "existing"), { code: "not_found" });
    await assert.rejects(Deno.stat(`${dir}/s`), Deno.errors.NotFound);
  }));

Deno.test("backup() makes a private copy that opens as a state, and overwrites nothing", () =>
  withTempDir(async (dir) => {
    await makeState(`${dir}/s`);
    using state = await openTestState(`${dir}/s`);
    await Deno.mkdir(`${dir}/copy`);
    const target = `${dir}/copy/owllm.db`;
    const { size_bytes } = await state.backup(target);
    assert.ok(size_bytes > 50 * 2_000);
    assert.equal(await mode(target), 0o600);
    assert.deepEqual(Object.keys(await contents(`${dir}/copy`)), ["owllm.db"]);
    await assert.rejects(state.backup(target), /exists already/);
    await assert.rejects(state.backup(`${dir}/none/b.db`), /Cannot make the backup target/);
    using copy = await openTestState(`${dir}/copy`);
    assert.deepEqual(copy.models.list(), state.models.list());
  }));

const setpriv = findProgram("setpriv", "no setpriv (install: apt-get install util-linux)");
const asRoot = setpriv.there && Deno.uid() === 0;

Deno.test({
  name: "openState() refuses a directory of somebody else" + (asRoot ? "" : " … skipped: not root"),
  ignore: !asRoot,
  fn: () =>
    withTempDir(async (dir) => {
      await Deno.chmod(dir, 0o755);
      for (const [name, rights] of [["private", 0o700], ["open", 0o777]] as const) {
        const theirs = `${dir}/${name}`;
        await Deno.mkdir(theirs);
        await Deno.chmod(theirs, rights);
        await Deno.chown(theirs, 65_534, 65_534);
        const writer = new URL("tests/support/state_writer.ts", ROOT).pathname;
        // Root without its capabilities is a user like any other.
        const { code, stderr } = await new Deno.Command(setpriv.there ? setpriv.part : "", {
          args: [
            ...["--bounding-set=-all", "--inh-caps=-all", "--no-new-privs"],
            ...[Deno.execPath(), "run", "--quiet", "-A", writer, theirs, "1", "1"],
          ],
        }).output();
        assert.notEqual(code, 0);
        assert.match(new TextDecoder().decode(stderr), /belongs to somebody else/);
        assert.equal(await mode(theirs), rights);
        assert.deepEqual(await contents(theirs), {});
      }
    }),
});
