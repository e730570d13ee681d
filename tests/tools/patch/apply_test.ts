import assert from "node:assert/strict";
import { undoChange } from "../../../lib/tools/mod.ts";
import { realDocker, testWith } from "../../support/real_parts.ts";
import { callTool, failureOf, textOf, withToolbox } from "../../support/toolbox.ts";

const docker = await realDocker();

testWith(
  "write_file and edit_lines change the repository and its copy, and are taken back",
  docker,
  (docker) =>
    withToolbox({ docker, edits: "allow" }, async ({ toolbox, repository, state }) => {
      const read = (name: string) => Deno.readTextFile(`${repository}/${name}`);
      for (const path of ["a b.txt", "ü.txt", "deep/er/x.txt", 'q"q.txt', "empty"]) {
        const content = path === "empty" ? "" : "one\ntwo\n";
        textOf(await callTool(toolbox, "write_file", { path, content }));
        assert.equal(await read(path), content);
      }
      const edit = { path: "ü.txt", start: 2, end: 2, text: "2" };
      textOf(await callTool(toolbox, "edit_lines", edit));
      assert.equal(await read("ü.txt"), "one\n2\n");
      const seen = await callTool(toolbox, "run_command", { command: "cat ü.txt 'a b.txt'" });
      assert.match(textOf(seen), /one\n2\none\ntwo/);
      assert.match(textOf(await callTool(toolbox, "git_status", {})), /deep\//);
      for (const change of state.fileChanges.list({ repository, limit: 9 })) {
        await undoChange(change, state.fileChanges);
      }
      const names = (await Array.fromAsync(Deno.readDir(repository), ({ name }) => name))
        .toSorted();
      assert.deepEqual(names, [".git", "README.md"]);
    }),
);

Deno.test("apply_patch changes nothing when one target cannot be written", async () => {
  await withToolbox({ edits: "allow" }, async ({ toolbox, repository, state }) => {
    // A directory where the new text of the second file would go, which not even root replaces.
    await Deno.mkdir(`${repository}/b.txt.owllm-new/full`, { recursive: true });
    const patch = "--- a/README.md\n+++ b/README.md\n@@ -1 +1 @@\n-# Test\n+# New\n" +
      "--- /dev/null\n+++ b/made/a.txt\n@@ -0,0 +1 @@\n+a\n" +
      "--- /dev/null\n+++ b/b.txt\n@@ -0,0 +1 @@\n+b\n";
    const id = /"id": "([^"]+)"/.exec(textOf(await callTool(toolbox, "propose_patch", { patch })))
      ?.[1];
    const failure = failureOf(await callTool(toolbox, "apply_patch", { id }));
    assert.equal(failure.error, "failed");
    assert.equal(await Deno.readTextFile(`${repository}/README.md`), "# Test\n");
    await assert.rejects(Deno.lstat(`${repository}/b.txt`), Deno.errors.NotFound);
    await assert.rejects(Deno.lstat(`${repository}/README.md.owllm-new`), Deno.errors.NotFound);
    assert.notEqual(state.fileChanges.list({ repository, limit: 1 })[0]?.status, "applied");
  });
});

Deno.test("apply_patch is refused when a file or its directory changed while the person read", async () => {
  for (const how of ["text", "link"] as const) {
    let root = "";
    await withToolbox({
      prepare: async (dir) => {
        await Deno.mkdir(`${dir}/src`);
        await Deno.writeTextFile(`${dir}/src/a.txt`, "a\n");
      },
      ask: async () => {
        if (how === "text") await Deno.writeTextFile(`${root}/src/a.txt`, "other\n");
        else {
          await Deno.rename(`${root}/src`, `${root}/../outside`);
          await Deno.symlink("../outside", `${root}/src`);
        }
        return { approved: true, scope: "once" };
      },
    }, async ({ toolbox, repository }) => {
      root = repository;
      const write = { path: "src/a.txt", content: "b\n" };
      const failure = failureOf(await callTool(toolbox, "write_file", write));
      assert.match(failure.message, how === "text" ? /changed by somebody else/ : /is a link/);
      assert.notEqual(await Deno.readTextFile(`${repository}/src/a.txt`), "b\n");
    });
  }
});
