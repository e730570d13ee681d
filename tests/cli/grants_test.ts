import assert from "node:assert/strict";
import {
  type Application,
  type CommandContext,
  generateHelpTextForAllCommands,
} from "@stricli/core";
import { buildApp } from "../../lib/cli/app.ts";
import { commandOf } from "../../lib/cli/grants.ts";
import { runOwllm } from "../support/run_owllm.ts";

Deno.test("COMMAND_NEEDS names every command", () => {
  // Listing the routes runs no command, so none of them needs its context.
  const app = buildApp() as unknown as Application<CommandContext>;
  const commands = generateHelpTextForAllCommands(app).map(([route]) =>
    route.replace(/^owllm /, "")
  );
  assert.ok(commands.length > 10);
  const unnamed = commands.filter((command) => commandOf(command.split(" ")) === undefined);
  assert.deepEqual(unnamed, []);
});

Deno.test("commandOf() finds the command that words begin with", () => {
  assert.equal(commandOf(["smoke", "model", "x", "--full"]), "smoke model");
  assert.equal(commandOf(["model", "smoke", "x"]), "smoke model");
  assert.equal(commandOf(["schema"]), "schema");
  assert.equal(commandOf(["smok"]), undefined);
});

Deno.test("a command without a need cannot do what was granted to the process", async () => {
  // `config check` needs no network: a module of ours that asked would be refused by the runtime.
  const script = `
    import { dropGrants } from "./lib/cli/grants.ts";
    await dropGrants(["config", "check"]);
    for (const attempt of [() => fetch("http://127.0.0.1:4"), () => Deno.writeTextFile("x", "")]) {
      console.log(await attempt().then(() => "ALLOWED", (error) => error.name));
    }`;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", script],
    cwd: new URL("../../", import.meta.url),
  }).output();
  assert.deepEqual(new TextDecoder().decode(stdout).trim().split("\n"), [
    "NotCapable",
    "NotCapable",
  ]);
});

Deno.test("owllm permissions prints grants, and what a command keeps", async () => {
  const all = await runOwllm(["permissions", "--json"]);
  const { grants } = JSON.parse(all.stdout) as {
    grants: { permission: string; value: string; granted: boolean }[];
  };
  const of = (permission: string, value: string) =>
    grants.find((one) => one.permission === permission && one.value === value)?.granted;
  assert.equal(of("net", "127.0.0.1"), true);
  assert.equal(of("net", "any other host"), false);
  assert.equal(of("run", "any other program"), false);
  assert.equal(of("ffi", "any library"), false);
  const one = await runOwllm(["permissions", "config", "show"]);
  assert.match(one.stdout, /no {3}net +given up/);
  const wrong = await runOwllm(["permissions", "smoke", "modle"]);
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /did you mean "smoke model"/);
});
