import assert from "node:assert/strict";
import { callTool, failureOf, textOf, withToolbox } from "../../support/toolbox.ts";

const add = (path: string, mode = "100644") =>
  `diff --git a/${path} b/${path}\nnew file mode ${mode}\n--- /dev/null\n+++ b/${path}\n@@ -0,0 +1 @@\n+x\n`;
const change = (path: string, before: string, header = "") =>
  `diff --git a/${path} b/${path}\n${header}--- a/${path}\n+++ b/${path}\n@@ -1 +1 @@\n-${before}\n+x\n`;

/** What no patch may do, and what is said of it. */
const REFUSED: readonly (readonly [string, RegExp])[] = [
  [add("../out"), /leaves the repository/],
  [add("src/../../out"), /leaves the repository/],
  [add("/etc/cron.d/x"), /outside of the repository/],
  [add(".git/hooks/pre-commit"), /not to be written/],
  [add("sub/.GIT/config"), /not to be written/],
  [add("git~1/config"), /not to be written/],
  [add(".git./config"), /not to be written/],
  [add(".env"), /secrets/],
  [add("deploy/key.pem"), /secrets/],
  [add("link", "120000"), /mode 120000/],
  [add("sub", "160000"), /mode 160000/],
  [add("through/x"), /is a link/],
  [add("README.md"), /exists already/],
  [change("none.txt", "x"), /no such file/],
  [change("README.md", "# Other"), /not what the patch says/],
  [change("README.md", "# Test", "old mode 100644\nnew mode 100755\n"), /changes the mode/],
  [add("a") + add("a"), /twice/],
  [
    "diff --git a/README.md b/x\nsimilarity index 100%\nrename from README.md\nrename to x\n",
    /rename/,
  ],
  ["--- a/README.md\n+++ b/x\n@@ -1 +1 @@\n-# Test\n+x\n", /renames/],
  ["diff --git a/x b/x\nnew file mode 100644\nGIT binary patch\nliteral 1\nIcmZ\n", /binary/],
  ["hello", /changes no file|cannot be read/],
];

Deno.test("propose_patch refuses what would write elsewhere, and what does not fit", async () => {
  const prepare = (dir: string) => Deno.symlink("/tmp", `${dir}/through`);
  await withToolbox({ edits: "allow", prepare }, async ({ toolbox, state, repository }) => {
    for (const [patch, said] of REFUSED) {
      const failure = failureOf(await callTool(toolbox, "propose_patch", { patch }));
      assert.match(failure.message, said, patch);
      assert.equal(failure.tool, "propose_patch");
    }
    for (const path of [".git/config", "../x", "through/x", ".env", "/etc/passwd"]) {
      failureOf(await callTool(toolbox, "write_file", { path, content: "x" }));
    }
    for (const content of ["a\0b", "half \ud800"]) {
      const failure = failureOf(await callTool(toolbox, "write_file", { path: "t", content }));
      assert.match(failure.message, /is no text/);
    }
    assert.deepEqual(state.fileChanges.list({ repository, limit: 9 }), []);
  });
});

Deno.test("propose_patch of control files asks a person even where edits are allowed", async () => {
  const asked: string[] = [];
  await withToolbox({
    edits: "allow",
    ask: ({ title }) => {
      asked.push(title);
      return Promise.resolve({ approved: false, scope: "once" });
    },
  }, async ({ toolbox, repository }) => {
    textOf(await callTool(toolbox, "write_file", { path: "plain.txt", content: "x" }));
    const path = ".github/workflows/ci.yml";
    const failure = failureOf(await callTool(toolbox, "write_file", { path, content: "x" }));
    assert.equal(failure.error, "denied");
    assert.deepEqual(asked, [`change ${path}`]);
    await assert.rejects(Deno.lstat(`${repository}/.github`), Deno.errors.NotFound);
  });
});
