/** A process that applies one change of many files by the real tools until somebody kills it. */
import { callTool, textOf, withToolbox } from "./toolbox.ts";

const FILES = 60;

await withToolbox({ edits: "allow" }, async ({ toolbox, repository, stateDir }) => {
  const patch = Array.from({ length: FILES }, (_, at) =>
    `--- /dev/null\n+++ b/new/${at}.txt\n@@ -0,0 +1 @@\n+${at}\n`).join("") +
    "--- a/README.md\n+++ b/README.md\n@@ -1 +1 @@\n-# Test\n+# Changed\n";
  const proposed = textOf(await callTool(toolbox, "propose_patch", { patch }));
  const id = /"id": "([^"]+)"/.exec(proposed)?.[1];
  await say(JSON.stringify({ repository, stateDir }));
  textOf(await callTool(toolbox, "apply_patch", { id }));
  await say("applied");
});

async function say(line: string): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode(`${line}\n`));
}
