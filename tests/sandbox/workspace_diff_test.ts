/** What comes back of a workspace: a patch of bytes, and nothing that git would act on. */
import assert from "node:assert/strict";
import { realDocker, testWith } from "../support/real_parts.ts";
import { commitAll, err, host, never, out, withSandbox } from "../support/sandbox.ts";

const docker = await realDocker();

testWith(
  "diff() is a patch that makes the host's repository the same",
  docker,
  (docker) =>
    withSandbox(docker, async ({ executor, repository, sh }) => {
      const changed = await sh(`set -e
      printf 'one\\r\\ntwo' >crlf.txt; printf 'z' >>plain.txt; rm gone.txt; chmod +x script
      mkdir -p new/deep; echo new >'new/deep/a b'; printf '\\0\\1\\2' >new/bin
      head -c 100000 /dev/urandom >random.bin; printf '' >made_empty; mv moved.txt 'moved é.txt'
      echo ignored >build/out.o; echo tracked >>build/kept.txt; (umask 077; echo p >private)`);
      assert.equal(changed.code, 0, err(changed));
      const { patch, paths, refused } = await executor.diff(never);
      assert.deepEqual(refused, []);
      assert.ok(!paths.includes("build/out.o"), "what git ignores comes back");
      assert.ok(
        paths.includes("build/kept.txt"),
        "what is tracked though ignored does not come back",
      );
      const file = await Deno.makeTempFile();
      await Deno.writeFile(file, patch);
      await host("git", ["apply", "--whitespace=nowarn", file], repository);
      await Deno.remove(file);
      const list =
        "find . -path ./.git -prune -o -path ./build/out.o -prune -o -type f -print0 | sort -z | xargs -0 sha256sum";
      assert.equal(await host("bash", ["-c", list], repository), out(await sh(list)));
      assert.equal(await host("bash", ["-c", "stat -c %A script"], repository), "-rwxr-xr-x\n");
      assert.deepEqual((await executor.diff(never)).paths, paths, "a second look differs");
    }, {
      async prepare(repository) {
        const files = {
          ".gitignore": "build/\n",
          "crlf.txt": "one\r\n",
          "plain.txt": "$Id$ x\n",
          "gone.txt": "g",
          "moved.txt": "m\n",
          "script": "s",
          "build/kept.txt": "k\n",
        };
        await Deno.mkdir(`${repository}/build`);
        for (const [name, text] of Object.entries(files)) {
          await Deno.writeTextFile(`${repository}/${name}`, text);
        }
        await commitAll(repository);
        // Not committed: a diff is against what was copied, and not against a commit.
        await Deno.writeTextFile(`${repository}/plain.txt`, "$Id$ dirty\n");
        await Deno.writeTextFile(`${repository}/untracked.txt`, "u\n");
      },
    }),
);

testWith(
  "diff() compares bytes, whatever the attributes of the repository say",
  docker,
  (docker) =>
    withSandbox(docker, async ({ executor, sh }) => {
      await sh(
        "printf 'one\\r\\ntwo\\n$Id: x$\\n' >a.txt; printf 'q\\r\\n' >a.q; printf 'q\\n' >b.txt",
      );
      const { patch, paths } = await executor.diff(never);
      assert.deepEqual(paths, ["a.q", "a.txt"], "an unchanged file differs");
      assert.match(new TextDecoder().decode(patch), /^-one\n\+one\r\n\+two\n\+\$Id: x\$$/m);
    }, {
      async prepare(repository) {
        const attributes =
          "*.txt text eol=crlf ident working-tree-encoding=UTF-16 filter=evil\n*.q -diff\n";
        await Deno.writeTextFile(`${repository}/.gitattributes`, attributes);
        await Deno.writeTextFile(`${repository}/a.txt`, "one\n");
        await Deno.writeTextFile(`${repository}/a.q`, "q\n");
        await Deno.writeTextFile(`${repository}/b.txt`, "q\n");
      },
    }),
);

testWith(
  "diff() lets no link, no nested repository and no name of git's out",
  docker,
  (docker) =>
    withSandbox(docker, async ({ executor, sh }) => {
      const made = await sh(`set -e
      ln -s /etc/passwd link; rm file; ln -s ../../x file; rm -r dir; ln -s /tmp dir
      mkdir nested; git init -q nested; echo n >nested/n; mkdir -p x/.GIT/hooks 'y/git~1'
      echo evil >x/.GIT/hooks/pre-commit; echo evil >'y/git~1/config'; echo c >"$(printf 'a\\nb')"
      echo fine >fine; echo evil >.git/evil`);
      assert.equal(made.code, 0, err(made));
      const { patch, paths, refused } = await executor.diff(never);
      assert.deepEqual(paths, ["dir/inner", "fine"]);
      assert.deepEqual(refused.map(({ path }) => path).sort(), [
        "a\nb",
        "dir",
        "file",
        "link",
        "y/git~1/config",
      ]);
      const text = new TextDecoder().decode(patch);
      assert.doesNotMatch(text, /120000|160000|evil|passwd|\.\.\/x/);
      assert.match(text, /\+fine/);
    }, {
      async prepare(repository) {
        await Deno.mkdir(`${repository}/dir`);
        await Deno.writeTextFile(`${repository}/dir/inner`, "i\n");
        await Deno.writeTextFile(`${repository}/file`, "f\n");
        await commitAll(repository);
      },
    }),
);

testWith(
  "diff() is not led astray by what a command does to git and its names",
  docker,
  (docker) =>
    withSandbox(docker, async ({ executor, sh }) => {
      await sh(
        `rm -rf .git/objects .git/index; echo '*' >.gitignore; echo '* -diff filter=x' >.gitattributes
      echo changed >file; mkdir -p sub && cd sub && git init -q . && git config core.fsmonitor 'touch /tmp/ran' ;
      echo '[core] fsmonitor = touch /tmp/ran' >>/workspace/.git/config; true`,
      );
      const { patch } = await executor.diff(never);
      assert.match(new TextDecoder().decode(patch), /^-f\n\+changed$/m);
      assert.equal(out(await sh("ls /tmp")), "");
      assert.notEqual((await sh("ls /owllm/git || cat /owllm/git/index")).code, 0);
    }, {
      async prepare(repository) {
        await Deno.writeTextFile(`${repository}/file`, "f\n");
        await commitAll(repository);
      },
    }),
);

testWith(
  "the keeper's part of .git cannot be written, replaced or moved away",
  docker,
  (docker) =>
    withSandbox(docker, async ({ sh }) => {
      const tries = [
        "echo x >.git/config",
        "echo x >>.git/config",
        "rm -f .git/config; test ! -e .git/config",
        "mv .git/config .git/c",
        "echo x >.git/new && mv -f .git/new .git/config",
        "echo x >.git/hooks/pre-commit",
        "rmdir .git/hooks",
        "mv .git/hooks .git/h",
        "mv .git other",
        "chmod 777 .git .git/config .git/hooks",
        "git config alias.x '!id'",
        "ln -f /tmp .git/config",
      ];
      for (const attempt of tries) assert.notEqual((await sh(attempt)).code, 0, attempt);
      assert.equal(
        out(await sh("stat -c '%U %a' .git .git/config .git/hooks")),
        "keeper 1777\nkeeper 444\nkeeper 555\n",
      );
      const works = await sh(
        "echo 1 >f && git add f && git -c user.name=a -c user.email=b commit -qm x && git log --format=%s",
      );
      assert.equal(out(works), "x\nfirst\n", err(works));
    }, { prepare: commitAll }),
);
