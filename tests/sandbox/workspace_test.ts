/** What goes into a sandbox, and what comes out of it. */
import assert from "node:assert/strict";
import { planCopy } from "../../lib/sandbox/workspace/copy.ts";
import { tarStream } from "../../lib/sandbox/archive.ts";
import { realDocker, testWith } from "../support/real_parts.ts";
import { commitAll, err, host, never, out, withSandbox } from "../support/sandbox.ts";
import { withTempDir } from "../support/state.ts";

const docker = await realDocker();

testWith(
  "copyIn() copies files, modes, links and names as they are",
  docker,
  (docker) =>
    withSandbox(docker, async ({ executor, repository, sh }) => {
      await Deno.mkdir(`${repository}/a/b`, { recursive: true });
      const big = crypto.getRandomValues(new Uint8Array(65_536));
      await Deno.writeFile(`${repository}/a/big`, new Uint8Array([...big, ...big, ...big, 1]));
      await Deno.writeTextFile(`${repository}/run`, "#!/bin/sh\necho ran\n", { mode: 0o700 });
      await Deno.writeTextFile(`${repository}/private`, "p", { mode: 0o600 });
      await Deno.writeTextFile(`${repository}/empty`, "");
      await Deno.chmod(`${repository}/empty`, 0o4755);
      const name = `${"long".repeat(40)} é\n"'$`;
      await Deno.writeTextFile(`${repository}/a/b/${name}`, "odd");
      await Deno.symlink("run", `${repository}/link`);
      await Deno.symlink("/etc/shadow", `${repository}/outside`);
      await Deno.symlink(repository, `${repository}/loop`);
      await host("mkfifo", [`${repository}/pipe`]);
      const report = await executor.copyIn(repository, never);
      assert.equal(report.files, 5);
      assert.deepEqual(report.leftOut, [{
        path: "pipe",
        reason: "it is neither a file nor a directory",
      }]);
      const ours = (await host("sha256sum", ["a/big"], repository)).trim();
      assert.equal(out(await sh("sha256sum a/big")).trim(), ours);
      assert.equal(out(await sh("./run; ./link")), "ran\nran\n");
      assert.equal(out(await sh("cat a/b/*")), "odd");
      assert.equal(
        out(await sh("stat -c '%a %n' run private empty a")),
        "755 run\n644 private\n755 empty\n755 a\n",
      );
      assert.equal(out(await sh("readlink outside loop")), `/etc/shadow\n${repository}\n`);
      assert.match(err(await sh("cat outside")), /No such file|Permission denied/);
      assert.equal(
        out(await sh("stat -c %U .; id -un; touch new && echo yes")).endsWith("yes\n"),
        true,
      );
    }),
);

testWith(
  "a repository without .git gets a read-only one, so that none can be planted",
  docker,
  (docker) =>
    withSandbox(docker, async ({ sh }) => {
      assert.notEqual((await sh("echo x >.git/config || mv .git g")).code, 0);
      assert.equal(out(await sh("ls -A")), ".git\n");
    }, { prepare: () => Promise.resolve() }),
);

testWith(
  "a linked worktree comes with its history",
  docker,
  (docker) =>
    withTempDir((main) =>
      withSandbox(docker, async ({ sh }) => {
        const seen = await sh(
          "git log --format=%s && git status --short && git branch --show-current",
        );
        assert.equal(out(seen), "first\n M file\nside\n", err(seen));
      }, {
        async prepare(repository) {
          await Deno.writeTextFile(`${main}/file`, "f\n");
          await commitAll(main);
          await host("git", ["worktree", "add", "-q", "-b", "side", repository], main);
          await Deno.writeTextFile(`${repository}/file`, "changed\n");
        },
      })
    ),
);

testWith(
  "a submodule is not in the way, whether it was fetched or not",
  docker,
  (docker) =>
    withSandbox(docker, async ({ executor, sh }) => {
      const changed = await sh("echo 2 >file; echo 2 >fetched/inner; echo x >missing/new");
      assert.equal(changed.code, 0, err(changed));
      const { paths, refused } = await executor.diff(never);
      assert.ok(paths.includes("file"));
      assert.ok(!paths.includes("fetched/inner"), "a change in a nested repository came out");
      assert.deepEqual(refused, []);
    }, {
      async prepare(repository) {
        await Deno.writeTextFile(`${repository}/file`, "1\n");
        await Deno.mkdir(`${repository}/fetched`);
        await Deno.mkdir(`${repository}/missing`);
        await Deno.writeTextFile(`${repository}/fetched/inner`, "1\n");
        await commitAll(`${repository}/fetched`);
        await commitAll(repository);
        const link = `160000,${"a".repeat(40)},missing`;
        await host("git", ["update-index", "--add", "--cacheinfo", link], repository);
      },
    }),
);

Deno.test("planCopy() follows no .git file to a repository that does not know of it", () =>
  withTempDir(async (dir) => {
    const [mine, other] = [`${dir}/mine`, `${dir}/other`];
    await Deno.mkdir(mine);
    await Deno.mkdir(other);
    await Deno.writeTextFile(`${other}/secret`, "s");
    await commitAll(other);
    await host("git", ["worktree", "add", "-q", `${dir}/linked`], other);
    for (const target of [`${other}/.git`, `${other}/.git/worktrees/linked`, `${dir}/nowhere`]) {
      await Deno.writeTextFile(`${mine}/.git`, `gitdir: ${target}\n`);
      const plan = await planCopy(mine, { exclude: [], maxBytes: 1e9, signal: never });
      assert.deepEqual(plan.worker, [], target);
      assert.deepEqual(plan.leftOut.map(({ path }) => path), [".git"]);
    }
  }));

Deno.test("tarStream() leaves out a file that became a link after it was listed", () =>
  withTempDir(async (dir) => {
    await Deno.writeTextFile(`${dir}/secret`, "do not copy me");
    await Deno.mkdir(`${dir}/repository`);
    for (const name of ["a", "b", "c"]) await Deno.writeTextFile(`${dir}/repository/${name}`, name);
    const plan = await planCopy(`${dir}/repository`, { exclude: [], maxBytes: 1e9, signal: never });
    await Deno.remove(`${dir}/repository/b`);
    await Deno.symlink(`${dir}/secret`, `${dir}/repository/b`);
    await Deno.remove(`${dir}/repository/c`);
    const leftOut: string[] = [];
    const stream = tarStream(plan.worker, { onLeftOut: (name) => leftOut.push(name) });
    const text = await new Response(stream).text();
    assert.deepEqual(leftOut, ["b", "c"]);
    assert.doesNotMatch(text, /do not copy me/);
  }));

Deno.test("planCopy() takes no file of the repository for git's configuration", () =>
  withTempDir(async (dir) => {
    const least = "[core]\n\trepositoryformatversion = 0\n\tbare = false\n";
    const configOf = async () => {
      const plan = await planCopy(dir, { exclude: [], maxBytes: 1e9, signal: never });
      const entry = plan.keeper.find(({ name }) => name === ".git/config");
      assert.ok(entry?.type === "file" && entry.body instanceof Uint8Array);
      return new TextDecoder().decode(entry.body);
    };
    await Deno.writeTextFile(`${dir}/config`, "[user]\nname = x\n");
    assert.equal(await configOf(), least);
    await Deno.remove(`${dir}/config`);
    await Deno.mkdir(`${dir}/config`);
    assert.equal(await configOf(), least);
    await Deno.mkdir(`${dir}/.git/config`, { recursive: true });
    assert.equal(await configOf(), least);
  }));

Deno.test("planCopy() says what is too big, and leaves out what sandbox.exclude names", () =>
  withTempDir(async (dir) => {
    await Deno.mkdir(`${dir}/a/target`, { recursive: true });
    await Deno.writeFile(`${dir}/a/target/big`, new Uint8Array(3_000_000));
    await Deno.writeTextFile(`${dir}/small`, "s");
    const limits = { maxBytes: 2_000_000, signal: never };
    await assert.rejects(planCopy(dir, { ...limits, exclude: [] }), (error: Error) => {
      assert.match(
        error.message,
        /does not fit into the sandbox's 2 MiB; the biggest that was seen: a \(3 MiB\)/,
      );
      return true;
    });
    const plan = await planCopy(dir, { ...limits, exclude: ["target"] });
    assert.deepEqual(plan.worker.map(({ name }) => name), ["a", "small"]);
    await assert.rejects(
      planCopy(`${dir}/nowhere`, { ...limits, exclude: [] }),
      /There is no directory/,
    );
  }));
