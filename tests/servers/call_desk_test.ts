import assert from "node:assert/strict";
import { createCallDesk } from "../../lib/servers/mod.ts";
import { never } from "../support/sandbox.ts";
import { withToolbox } from "../support/toolbox.ts";

const write = (path: string) => ({ tool: "write_file", args: { path, content: "x" }, id: path });

Deno.test("CallDesk.call() never begins a call whose caller left while it waited", () =>
  withToolbox({ edits: "allow" }, async ({ toolbox, repository }) => {
    const desk = createCallDesk(toolbox, "test");
    const leaving = new AbortController();
    const first = desk.call(write("first.txt"), never);
    const second = desk.call(write("second.txt"), leaving.signal);
    const third = desk.call(write("third.txt"), never);
    leaving.abort(new Error("gone"));
    await assert.rejects(second, /gone/);
    assert.deepEqual([(await first).kind, (await third).kind], ["result", "result"]);
    const names = (await Array.fromAsync(Deno.readDir(repository))).map(({ name }) => name);
    assert.deepEqual(names.sort(), [".git", "README.md", "first.txt", "third.txt"]);
    assert.equal(desk.open, 0);
  }));

Deno.test("CallDesk.call() refuses a tool that there is not, and stays open", () =>
  withToolbox({}, async ({ toolbox }) => {
    const desk = createCallDesk(toolbox, "test");
    const wrong = { tool: "raed_file", args: {}, id: "1" };
    await assert.rejects(desk.call(wrong, never), {
      code: "usage",
      message: /no tool "raed_file".*did you mean "read_file"/,
    });
    const read = { tool: "read_file", args: { path: "README.md" }, id: "1" };
    assert.equal((await desk.call(read, never)).kind, "result");
  }));
