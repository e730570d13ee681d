/** A mounted repository: commands write to it, but not to what git acts on. */
import assert from "node:assert/strict";
import { realDocker, testWith } from "../support/real_parts.ts";
import { commitAll, err, host, never, out, shell, testExecutor } from "../support/sandbox.ts";
import { withTempDir } from "../support/state.ts";

const docker = await realDocker();

/** A user of the host that nobody is. */
const SOMEBODY = 23_456;

testWith(
  "bind: commands write as the owner, and .git cannot be written or replaced",
  docker,
  (docker) =>
    withTempDir(async (dir) => {
      const repository = `${dir}/repository`;
      await Deno.mkdir(repository);
      await Deno.writeTextFile(`${repository}/file`, "one\n");
      await commitAll(repository);
      const owner = Deno.uid() === 0 ? SOMEBODY : Deno.uid() ?? SOMEBODY;
      if (Deno.uid() === 0) await host("chown", ["-R", `${SOMEBODY}:${SOMEBODY}`, dir]);
      const before = await host(
        "bash",
        ["-c", "find .git -type f | sort | xargs sha256sum"],
        repository,
      );
      await using executor = await testExecutor(docker, `${dir}/state`, { workspace: "bind" });
      await executor.start(never);
      await executor.copyIn(repository, never);
      const sh = (script: string) => executor.run(shell(script), never);
      const wrote = await sh(
        "echo two >file; echo new >new; git status --short; git log --format=%s",
      );
      assert.equal(out(wrote), " M file\n?? new\nfirst\n", err(wrote));
      assert.equal(await Deno.readTextFile(`${repository}/file`), "two\n");
      assert.equal((await Deno.stat(`${repository}/new`)).uid, owner);
      const tries = [
        "echo x >.git/config",
        "echo x >.git/hooks/pre-commit",
        "echo x >.git/commondir",
        "mv .git other",
        "rm -rf .git; test ! -e .git/config",
        "mkdir -p .git/modules",
        "umount .git",
      ];
      for (const attempt of tries) assert.notEqual((await sh(attempt)).code, 0, attempt);
      assert.equal(
        await host("bash", ["-c", "find .git -type f | sort | xargs sha256sum"], repository),
        before,
      );
      const { patch, paths } = await executor.diff(never);
      assert.deepEqual(paths, ["file", "new"]);
      assert.match(new TextDecoder().decode(patch), /^\+two$/m);
    }),
);

testWith(
  "bind: a directory without a .git of its own, or of root, is refused",
  docker,
  (docker) =>
    withTempDir(async (dir) => {
      const cases: [string, RegExp, (path: string) => Promise<unknown>][] = [
        ["plain", /one could be put there/, () => Promise.resolve()],
        ["worktree", /is no directory/, (path) => Deno.writeTextFile(`${path}/.git`, "gitdir: /x")],
        ["a,b", /has a comma|belongs to root/, commitAll],
      ];
      if (Deno.uid() === 0) cases.push(["root", /belongs to root/, commitAll]);
      for (const [name, said, prepare] of cases) {
        await Deno.mkdir(`${dir}/${name}`);
        await prepare(`${dir}/${name}`);
        await using executor = await testExecutor(docker, `${dir}/state`, { workspace: "bind" });
        await executor.start(never);
        await assert.rejects(executor.copyIn(`${dir}/${name}`, never), said);
        await assert.rejects(executor.run(shell("true"), never), /not running/);
      }
    }),
);
