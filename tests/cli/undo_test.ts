import assert from "node:assert/strict";
import type { ChangedFile } from "../../lib/state/mod.ts";
import { runOwllm } from "../support/run_owllm.ts";
import { openTestState, withTempDir } from "../support/state.ts";

const CHANGED: ChangedFile = {
  relative: "src/a.py",
  before: "x = 1\n",
  after: "x = 2\n",
  mode: 0o644,
};
const CREATED: ChangedFile = { relative: "new/b.py", before: null, after: "y = 1\n", mode: 0o644 };

interface Repository {
  readonly path: string;
  readonly state: string;
  owllm(...words: string[]): ReturnType<typeof runOwllm>;
  text(relative: string): Promise<string | undefined>;
}

/** A repository in which these changes were written, as far as `status` says. */
function withChanges(
  changes: readonly {
    readonly files: readonly ChangedFile[];
    readonly status: "applied" | "applying";
  }[],
  body: (repository: Repository) => Promise<void>,
): Promise<void> {
  return withTempDir(async (parent) => {
    const path = `${await Deno.realPath(parent)}/repo`;
    await Deno.mkdir(`${path}/.git`, { recursive: true });
    const dir = `${parent}/state`;
    {
      using state = await openTestState(dir);
      for (const { files, status } of changes) {
        const id = state.fileChanges.begin({ runId: "run_1", repository: path, patch: "", files });
        if (status === "applied") state.fileChanges.end(id, status);
        for (const { relative, after } of files) {
          await Deno.mkdir(`${path}/${relative.split("/")[0]}`, { recursive: true });
          await Deno.writeTextFile(`${path}/${relative}`, after ?? "");
        }
      }
    }
    await body({
      path,
      state: dir,
      owllm: (...words) => runOwllm([...words, "--state", dir], { cwd: path }),
      text: (relative) => Deno.readTextFile(`${path}/${relative}`).catch(() => undefined),
    });
  });
}

Deno.test("owllm undo takes back the last change, then the one before, then says that none is left", () =>
  withChanges(
    [{ files: [CHANGED], status: "applied" }, { files: [CREATED], status: "applied" }],
    async ({ owllm, text }) => {
      assert.match((await owllm("undo")).stdout, /Took back change_\w+: new\/b\.py/);
      assert.equal(await text("new/b.py"), undefined);
      assert.equal(await text("src/a.py"), "x = 2\n");
      const second = JSON.parse((await owllm("undo", "--json")).stdout);
      assert.deepEqual(second.undone[0].files, ["src/a.py"]);
      assert.equal(await text("src/a.py"), "x = 1\n");
      const none = await owllm("undo");
      assert.equal(none.code, 2);
      assert.match(none.stderr, /nothing to take back/);
    },
  ));

Deno.test("owllm undo --run takes back all of a run", () =>
  withChanges(
    [{ files: [CHANGED], status: "applied" }, { files: [CREATED], status: "applied" }],
    async ({ owllm, text }) => {
      assert.equal((await owllm("undo", "--run", "run_1")).code, 0);
      assert.deepEqual([await text("src/a.py"), await text("new/b.py")], ["x = 1\n", undefined]);
    },
  ));

Deno.test("owllm undo touches nothing when a file was changed since", () =>
  withChanges([{ files: [CREATED, CHANGED], status: "applied" }], async ({ path, owllm, text }) => {
    await Deno.writeTextFile(`${path}/src/a.py`, "x = 3\n");
    const refused = await owllm("undo");
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /changed since: src\/a\.py/);
    assert.deepEqual([await text("src/a.py"), await text("new/b.py")], ["x = 3\n", "y = 1\n"]);
  }));

Deno.test("owllm undo puts back first what a crash left half written", () =>
  withChanges(
    [{ files: [CHANGED], status: "applied" }, { files: [CREATED], status: "applying" }],
    async ({ owllm, text }) => {
      const listed = await owllm("undo", "--list");
      assert.match(listed.stderr, /Put back what a crash left half written: new\/b\.py/);
      assert.match(listed.stdout, /failed .*new\/b\.py/);
      assert.equal(await text("new/b.py"), undefined);
      assert.equal(await text("src/a.py"), "x = 2\n");
    },
  ));

Deno.test("owllm undo names what is near a wrong id", () =>
  withChanges([{ files: [CHANGED], status: "applied" }], async ({ owllm }) => {
    const { code, stderr } = await owllm("undo", "change_zzz");
    assert.equal(code, 2);
    assert.match(stderr, /No change "change_zzz"/);
  }));
