/** A repository that was made to run programs: nothing of it runs, on the host or in a sandbox. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  harmfulSettings,
  harmlessGitConfig,
  parseGitConfig,
} from "../../lib/sandbox/workspace/git_config.ts";
import { gitFileKind } from "../../lib/sandbox/workspace/git_dir.ts";
import { realDocker, testWith } from "../support/real_parts.ts";
import { commitAll, err, host, never, out, withSandbox } from "../support/sandbox.ts";
import { withTempDir } from "../support/state.ts";

const docker = await realDocker();

/** Makes every way that git has to start a program write a line to a file. */
async function trap(repository: string, mark: string): Promise<void> {
  const program = `${repository}/trap.sh`;
  await Deno.writeTextFile(program, `#!/bin/sh\necho "$0 $*" >>${mark}\nexec cat\n`, {
    mode: 0o755,
  });
  await Deno.writeTextFile(`${repository}/file.txt`, "one\n");
  await Deno.writeTextFile(
    `${repository}/.gitattributes`,
    "* filter=trap diff=trap merge=trap\n",
  );
  await Deno.mkdir(`${repository}/sub`);
  await Deno.writeTextFile(`${repository}/sub/inner`, "i\n");
  await commitAll(repository);
  // A submodule, whose configuration lies where nobody looks.
  await commitAll(`${repository}/sub`);
  await host("git", ["rm", "-rq", "--cached", "sub"], repository);
  const settings = `
[core]
	fsmonitor = ${program}
	hooksPath = ${repository}/hooks
	pager = ${program}
	editor = ${program}
	sshCommand = ${program}
	askPass = ${program}
[diff]
	external = ${program}
[diff "trap"]
	command = ${program}
	textconv = ${program}
[filter "trap"]
	clean = ${program}
	smudge = ${program}
	process = ${program}
	required = true
[merge "trap"]
	driver = ${program}
[alias]
	status = !${program}
	x = !${program}
[include]
	path = ${repository}/more
[gpg]
	program = ${program}
[credential]
	helper = !${program}
`;
  for (const config of [".git/config", "sub/.git/config"]) {
    await Deno.writeTextFile(`${repository}/${config}`, settings, { append: true });
  }
  await Deno.writeTextFile(`${repository}/more`, `[alias]\n\tlog = !${program}\n`);
  for (const directory of [".git/hooks", "sub/.git/hooks", "hooks"]) {
    await Deno.mkdir(`${repository}/${directory}`, { recursive: true });
    for (
      const hook of ["pre-commit", "post-checkout", "post-index-change", "reference-transaction"]
    ) {
      await Deno.writeTextFile(
        `${repository}/${directory}/${hook}`,
        `#!/bin/sh\necho hook >>${mark}\n`,
        { mode: 0o755 },
      );
    }
  }
  await Deno.writeTextFile(`${repository}/.git/config.worktree`, settings);
  await Deno.writeTextFile(`${repository}/file.txt`, "two\n");
}

testWith(
  "a hostile repository runs no program, neither when it is copied nor when git works on it",
  docker,
  (docker) =>
    withTempDir((marks) =>
      withSandbox(docker, async ({ executor, sh }) => {
        assert.equal(await exists(`${marks}/ran`), false, "copying ran something on the host");
        const git = "git -c user.name=a -c user.email=b";
        const worked = await sh(
          `git status; git diff; git log -p; git -C sub status; ${git} add -A; ${git} commit -qm x; ${git} stash; git checkout -q HEAD~0`,
        );
        assert.match(out(worked), /two/, err(worked));
        await executor.diff(never);
        assert.equal(await exists(`${marks}/ran`), false);
        assert.equal(
          out(
            await sh(
              `cat ${marks}/ran /tmp/ran 2>/dev/null; git config --list --show-origin | grep -i trap`,
            ),
          ),
          "",
        );
        assert.equal(
          out(await sh("cat .git/config sub/.git/config | grep -ciE 'trap|alias|filter|include'")),
          "0\n",
        );
        assert.equal(
          out(await sh("ls .git/hooks; ls sub/.git/hooks .git/config.worktree 2>/dev/null")),
          "",
        );
      }, {
        // The trap's own file is not in the sandbox, so it writes where a sandbox could: to /tmp.
        async prepare(repository) {
          await trap(repository, `${marks}/ran`);
          await host("sed", ["-i", "s#>>.*#>>/tmp/ran#", "trap.sh"], repository);
        },
      })
    ),
);

Deno.test("the trap of these tests would catch a git that is not hardened", () =>
  withTempDir(async (dir) => {
    await Deno.mkdir(`${dir}/r`);
    await trap(`${dir}/r`, `${dir}/ran`);
    await host("git", ["diff"], `${dir}/r`).catch(() => undefined); // What it ran is what matters.
    assert.equal(await exists(`${dir}/ran`), true);
  }));

const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
const odd = fc.string({ unit: fc.constantFrom(..."ab \t\"\\#;=[].'\n!é"), maxLength: 12 });

Deno.test("parseGitConfig() reads what git writes", () =>
  withTempDir(async (dir) => {
    const path = `${dir}/config`;
    const settings = fc.array(
      fc.record({ section: word, subsection: fc.option(odd), key: word, value: odd }),
      { maxLength: 4 },
    );
    await fc.assert(
      fc.asyncProperty(settings, async (list) => {
        await Deno.writeTextFile(path, "");
        for (const { section, subsection, key, value } of list) {
          // Git refuses a newline in a subsection.
          const middle = subsection === null ? "" : `.${subsection.replaceAll("\n", "")}`;
          await host("git", [
            "config",
            "--file",
            path,
            "--add",
            `${section}${middle}.${key}`,
            value,
          ]);
        }
        const listed = await host("git", ["config", "--file", path, "--list", "--null"]);
        const ours = parseGitConfig(await Deno.readTextFile(path))?.map((one) => {
          const middle = one.subsection === undefined ? "" : `.${one.subsection}`;
          return `${one.section}${middle}.${one.key}\n${one.value}\0`;
        });
        assert.equal(ours?.join(""), listed);
      }),
      { numRuns: 25 },
    );
  }));

Deno.test("harmlessGitConfig() gives git nothing to act on, whatever it is given", () =>
  withTempDir(async (dir) => {
    const pieces = fc.constantFrom(
      "[core]",
      "[CORE]fsmonitor=x",
      '[filter "a"]',
      "\n",
      " clean = touch x",
      "[include]path=/x",
      '[core "x"]',
      "\\\n",
      '"',
      "#",
      ";",
      " bare = true",
      "hookspath=/x\n",
      "[alias]\nx = !id",
      "\r\n",
      "\uFEFF",
      "[core]\teditor",
      "[user]name=a\\nb",
      "]",
    );
    const path = `${dir}/config`;
    await fc.assert(
      fc.asyncProperty(fc.array(pieces, { maxLength: 12 }), async (list) => {
        const made = harmlessGitConfig(list.join(""));
        assert.deepEqual(harmfulSettings(made), []);
        await Deno.writeTextFile(path, made);
        const listed = await host("git", ["config", "--file", path, "--list", "--name-only"]);
        for (const name of listed.trim().split("\n")) {
          assert.match(name, /^(?:core(?:\.x)?\.(?:bare|repositoryformatversion)|user\.name)$/);
        }
      }),
      { numRuns: 60 },
    );
  }));

Deno.test("harmfulSettings() names what git could act on", () => {
  const text =
    '[core]\n bare = false\n[Filter "x"] clean = y\n[alias] s = !id\n[include] path = /x\n';
  assert.deepEqual(harmfulSettings(text), ["filter.clean", "alias.s", "include.path"]);
  assert.deepEqual(harmfulSettings("[core\nfsmonitor = x"), ["a line that cannot be read"]);
});

Deno.test("gitFileKind() leaves out what names programs and places", () => {
  const expected = {
    "HEAD": "copy",
    "config": "harmless_config",
    "hooks/pre-commit": "leave_out",
    "config.worktree": "leave_out",
    "commondir": "leave_out",
    "index.lock": "leave_out",
    "worktrees/a/gitdir": "leave_out",
    "objects/info/alternates": "leave_out",
    "objects/ab/cdef": "copy",
    "refs/heads/config": "copy",
    "refs/heads/hooks": "copy",
    "modules/a/config": "harmless_config",
    "modules/a/b/config": "harmless_config",
    "modules/a/hooks/post-checkout": "leave_out",
    "modules/a/modules/b/hooks": "leave_out",
    "modules/a/config.worktree": "leave_out",
    "modules/a/HEAD": "copy",
    "modules/a/refs/heads/config": "copy",
    "info/exclude": "copy",
  };
  for (const [path, kind] of Object.entries(expected)) assert.equal(gitFileKind(path), kind, path);
});

async function exists(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}
