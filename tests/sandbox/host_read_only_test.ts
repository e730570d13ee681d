/** Without a sandbox: only git's reads, only where a repository can start nothing, and a warning each time. */
import assert from "node:assert/strict";
import { createIds, OwllmError, systemClock, systemRandom } from "../../lib/core/mod.ts";
import { createExecutor, type Executor, type SpawnSpec } from "../../lib/sandbox/mod.ts";
import { commitAll, host, never, out } from "../support/sandbox.ts";
import { SANDBOX_SETTINGS } from "../support/sandbox_settings.ts";
import { withTempDir } from "../support/state.ts";

/** Runs `body` on a repository with one commit, without a sandbox. */
function withHost(
  body: (executor: Executor, repository: string, notices: string[]) => Promise<void>,
): Promise<void> {
  return withTempDir(async (repository) => {
    await Deno.writeTextFile(`${repository}/file`, "one\n");
    await Deno.mkdir(`${repository}/sub`);
    await commitAll(repository);
    const notices: string[] = [];
    const executor = await createExecutor({
      settings: { ...SANDBOX_SETTINGS, kind: "none" },
      stateDir: "/nowhere",
      image: undefined,
      clock: systemClock,
      ids: createIds(() => systemClock.now(), systemRandom),
      env: (name) => Deno.env.get(name),
      onNotice: (text) => notices.push(text),
    });
    await executor.start(never);
    await executor.copyIn(repository, never);
    await body(executor, repository, notices);
    await executor.close();
  });
}

function git(...args: string[]): SpawnSpec {
  return {
    program: "git",
    args,
    cwd: "/workspace",
    env: {},
    maxOutputBytes: 10_000,
    timeoutMs: 10_000,
  };
}

Deno.test("a read of git runs, in the directory that is named, with a warning each time", () =>
  withHost(async (executor, repository, notices) => {
    await Deno.writeTextFile(`${repository}/file`, "two\n");
    assert.equal(out(await executor.run(git("status", "--short"), never)), " M file\n");
    assert.match(out(await executor.run(git("diff"), never)), /^\+two$/m);
    assert.equal(out(await executor.run(git("log", "--format=%s"), never)), "first\n");
    const below = await executor.run({
      ...git("rev-parse", "--show-prefix"),
      cwd: "/workspace/sub",
    }, never);
    assert.equal(out(below), "sub/\n");
    assert.equal(notices.length, 5);
    for (const notice of notices) assert.match(notice, /^Warning: sandbox.kind is "none"/);
  }));

Deno.test("every other command is refused", () =>
  withHost(async (executor) => {
    const refused: SpawnSpec[] = [
      { ...git("-c", "true"), program: "bash" },
      { ...git("file"), program: "cat" },
      { ...git("status"), program: "/usr/bin/git" },
      git("commit", "-m", "x"),
      git("-c", "core.fsmonitor=x", "status"),
      git("-C", "/etc", "status"),
      git("diff", "--no-index", "/etc/passwd", "/dev/null"),
      git("diff", "--no-i", "/etc/passwd", "/dev/null"),
      git("diff", "--output=/tmp/x"),
      git("log", "-p", "--outpu=/tmp/x"),
      git("diff", "--ext-diff"),
      git("show", "--textconv"),
      git("log", "--show-signature"),
      git("diff", "-O/etc/passwd"),
      git("ls-files", "--exclude-from=/etc/passwd"),
      { ...git("status"), cwd: "/etc" },
      { ...git("status"), cwd: "/workspace/../etc" },
      { ...git("status"), cwd: "/workspaceful" },
      { ...git("status"), stdin: "x" },
    ];
    for (const spec of refused) {
      await assert.rejects(executor.run(spec, never), (error: OwllmError) => {
        assert.equal(error.code, "denied", JSON.stringify(spec));
        assert.match(error.recoverySuggestion ?? "", /owllm sandbox build/);
        return true;
      }, JSON.stringify(spec));
    }
  }));

Deno.test("a repository that could start a program is not read", () =>
  withHost(async (executor, repository) => {
    const config = await Deno.readTextFile(`${repository}/.git/config`);
    const settings = [
      '[filter "x"]\n\tclean = touch ran\n',
      "[core]\n\tfsmonitor = touch ran\n",
      "[core]\n\tworktree = /etc\n",
      "[include]\n\tpath = /tmp/x\n",
      '[diff "x"]\n\ttextconv = touch ran\n',
      "[alias]\n\tstatus = !touch ran\n",
      "[nobody]\n\tknows = this\n",
      "[broken\n",
    ];
    for (const setting of settings) {
      await Deno.writeTextFile(`${repository}/.git/config`, config + setting);
      await assert.rejects(executor.run(git("status"), never), /which git could act on/, setting);
    }
    await Deno.writeTextFile(
      `${repository}/.git/config`,
      `${config}[remote "origin"]\n\turl = x\n`,
    );
    assert.equal((await executor.run(git("status"), never)).code, 0);
    for (const name of ["config.worktree", "commondir", "objects/info/alternates"]) {
      await Deno.writeTextFile(`${repository}/.git/${name}`, "");
      await assert.rejects(executor.run(git("status"), never), /names another place/, name);
      await Deno.remove(`${repository}/.git/${name}`);
    }
    // A submodule's own configuration is not looked at, so it is not asked either.
    await Deno.mkdir(`${repository}/module`);
    await commitAll(`${repository}/module`);
    await host("git", ["add", "module"], repository);
    await Deno.writeTextFile(
      `${repository}/module/.git/config`,
      `${config}[core]\n\tfsmonitor = touch ${repository}/ran\n`,
    );
    await executor.run(git("status"), never);
    await executor.run(git("diff"), never);
    await assert.rejects(Deno.lstat(`${repository}/ran`), Deno.errors.NotFound);
  }));
