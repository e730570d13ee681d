import assert from "node:assert/strict";
import { recoverChange } from "../../../lib/tools/mod.ts";
import { openTestState } from "../../support/state.ts";

const WRITER = new URL("../../support/change_writer.ts", import.meta.url).pathname;

Deno.test("recoverChange() leaves nothing of a change that kill -9 has cut off", async () => {
  // Early: nothing may be renamed yet. Late: some files are in place and some are not.
  let cutOff = 0;
  for (const seen of ["new/0.txt.owllm-new", "new/0.txt"]) {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", WRITER],
      stdout: "piped",
    }).spawn();
    const reader = child.stdout.getReader();
    const { value } = await reader.read();
    const { repository, stateDir } = JSON.parse(
      new TextDecoder().decode(value).split("\n")[0] ?? "",
    );
    try {
      const end = performance.now() + 10_000;
      while (performance.now() < end && !there(`${repository}/${seen}`));
      child.kill("SIGKILL");
      await child.status;
      await reader.cancel();
      using state = await openTestState(stateDir);
      const [change] = state.fileChanges.list({ repository, limit: 1 });
      assert.ok(change !== undefined);
      if (change.status === "applied") continue; // It was quicker than the signal.
      assert.equal(change.status, "applying");
      cutOff++;
      await recoverChange(change, state.fileChanges);
      assert.equal(state.fileChanges.get(change.id)?.status, "failed");
      assert.equal(await Deno.readTextFile(`${repository}/README.md`), "# Test\n");
      const names = (await Array.fromAsync(Deno.readDir(repository), ({ name }) => name))
        .toSorted();
      assert.deepEqual(names, [".git", "README.md"]);
    } finally {
      await Deno.remove(repository.slice(0, repository.lastIndexOf("/")), { recursive: true });
    }
  }
  assert.ok(cutOff > 0);
});

function there(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
