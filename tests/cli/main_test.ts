/** The real program, from its arguments to its exit code. */
import assert from "node:assert/strict";
import { normalizeArguments } from "../../lib/cli/arguments.ts";
import { bareEnv, OWLLM_ARGS, runOwllm } from "../support/run_owllm.ts";
import { withTempDir } from "../support/state.ts";

Deno.test("normalizeArguments() lets global flags stand anywhere", () => {
  const cases: [string, string][] = [
    ["--json smoke model x", "smoke model x --json"],
    ["smoke --json model x", "smoke model x --json"],
    ["--state d --config=f state path", "state path --state d --config=f"],
    ["--json state backup -- --json", "state backup --json -- --json"],
    ["state path --state", "state path --state"],
    ["help state path", "state path --help"],
    ["--json state --help", "state --help"],
    ["--json", ""],
    ["--json --version", "--version"],
  ];
  for (const [typed, expected] of cases) {
    assert.equal(normalizeArguments(typed.split(" ")).join(" "), expected, typed);
  }
});

Deno.test("owllm alone, a group of commands and --help print help and end with 0", async () => {
  for (const args of [[], ["state"], ["--help"], ["help", "state"], ["state", "path", "--help"]]) {
    const { code, stdout, stderr } = await runOwllm(args);
    assert.equal(code, 0, args.join(" "));
    assert.match(stdout, /^USAGE\n {2}owllm /, args.join(" "));
    assert.equal(stderr, "");
  }
});

Deno.test("--help of a command shows examples and fits 80 columns", async () => {
  const { stdout } = await runOwllm(["config", "show", "--help"]);
  assert.match(stdout, /EXAMPLES\n {2}owllm config show\n/);
  const [description = ""] = stdout.split("EXAMPLES");
  assert.match(description, /that over the\ndefault\.\n/);
  for (const line of description.split("\n").slice(2)) assert.ok(line.length <= 80, line);
});

Deno.test("a wrong command or flag names the nearest, on every level, and ends with 2", async () => {
  const cases: [string[], RegExp][] = [
    [["stat"], /^owllm: Unknown command "stat" \(did you mean "state"\?\)\n {2}There are: .*state/],
    [["confg", "show"], /^owllm: Unknown command "confg" \(did you mean "config"\?\)/],
    [["state", "bakup"], /"bakup" \(did you mean "backup"\?\)\n.*help: owllm state --help/],
    [["xyzzy"], /^owllm: Unknown command "xyzzy"\n/],
    [["config", "show", "--jsn"], /^owllm: Unknown flag "--jsn" \(did you mean "--json"\?\)\n/],
    [["config", "show", "--frobnicate"], /^owllm: Unknown flag "--frobnicate"\n/],
    [["config", "show", "extra"], /^owllm: Too many arguments.*"extra"\n.*config show --help/],
    [["state", "backup"], /^owllm: Expected argument for FILE\n/],
    [["state", "path", "--state"], /^owllm: Expected input for flag --state\n/],
    [
      ["completions", "tcsh"],
      /^owllm: There is no completion script for "tcsh"\n.*bash, zsh, fish/,
    ],
  ];
  for (const [args, expected] of cases) {
    const { code, stdout, stderr } = await runOwllm(args);
    assert.equal(code, 2, args.join(" "));
    assert.match(stderr, expected);
    assert.equal(stdout, "");
  }
});

Deno.test("under --json every error is one document on stdout", async () => {
  for (const args of [["--json", "stat"], ["state", "check", "--json"]]) {
    const { code, stdout } = await runOwllm(args);
    assert.equal(code, 2);
    const { error } = JSON.parse(stdout);
    assert.match(error.code, /usage|not_found/);
    assert.ok(error.message.length > 0 && error.recovery_suggestion.length > 0);
  }
});

Deno.test("config show prints each value with its origin, as text and as JSON", () =>
  withTempDir(async (cwd) => {
    await Deno.writeTextFile(`${cwd}/owllm.toml`, "[smoke]\nttft_budget_ms = 5000\n");
    const env = { OLLAMA_HOST: "127.0.0.1:9" };
    const text = await runOwllm(["config", "show", "--state", "s"], { cwd, env });
    assert.match(text.stdout, /^smoke\.ttft_budget_ms +5000 +owllm\.toml:2$/m);
    assert.match(text.stdout, /^server\.ollama_url +"http.*:9" +environment OLLAMA_HOST$/m);
    assert.match(text.stdout, /^state\.dir +".*\/s" +flag --state$/m);
    assert.match(text.stdout, /^model\.default +none +default$/m);
    const json = JSON.parse((await runOwllm(["--json", "config", "show"], { cwd, env })).stdout);
    assert.deepEqual(json.files, [`${await Deno.realPath(cwd)}/owllm.toml`]);
    const found = json.settings.find(({ key }: { key: string }) => key === "smoke.ttft_budget_ms");
    assert.deepEqual(found, { key: "smoke.ttft_budget_ms", value: 5000, origin: "owllm.toml:2" });
  }));

Deno.test("config check lists all errors and ends with 2, also under --json", () =>
  withTempDir(async (cwd) => {
    await Deno.writeTextFile(`${cwd}/owllm.toml`, '[smoke]\ntier = "fast"\ntear = 1\n');
    const text = await runOwllm(["config", "check"], { cwd });
    assert.equal(text.code, 2);
    assert.match(text.stderr, /has 2 errors\n {2}owllm\.toml:2: .*\n {2}owllm\.toml:3: /);
    const json = await runOwllm(["config", "check", "--json"], { cwd });
    assert.equal(JSON.parse(json.stdout).error.problems.length, 2);
    await Deno.writeTextFile(`${cwd}/owllm.toml`, "");
    assert.equal((await runOwllm(["config", "check"], { cwd })).code, 0);
    await Deno.writeTextFile(`${cwd}/prices.toml`, "[prices.a]\ninput = 1\noutput = 2\n");
    assert.match((await runOwllm(["config", "check"], { cwd })).stdout, /0 rules, 1 prices/);
    await Deno.writeTextFile(`${cwd}/prices.toml`, "[prices.a]\ninput = 1\nouput = 2\n");
    const prices = await runOwllm(["config", "check"], { cwd });
    assert.equal(prices.code, 2);
    assert.match(
      prices.stderr,
      /prices\.toml:3: Unknown key "prices\.a\.ouput" \(did you mean "out/,
    );
    assert.equal((await runOwllm(["config", "check", "--config", "no.toml"], { cwd })).code, 2);
  }));

Deno.test("state path, check and backup work on the directory of --state", () =>
  withTempDir(async (cwd) => {
    const { openTestState } = await import("../support/state.ts");
    const dir = `${cwd}/s`;
    (await openTestState(dir)).close();
    const path = await runOwllm(["state", "path", "--state", "s"], { cwd });
    assert.equal(path.stdout, `${await Deno.realPath(cwd)}/s/owllm.db\n`);
    const check = await runOwllm(["state", "check", "--state", dir, "--json"]);
    assert.equal(check.code, 0);
    assert.equal(JSON.parse(check.stdout).ok, true);
    const backup = await runOwllm(["state", "backup", "b.db", "--state", dir], { cwd });
    assert.equal(backup.code, 0, backup.stderr);
    assert.ok((await Deno.stat(`${cwd}/b.db`)).size > 0);
    await Deno.writeTextFile(`${dir}/owllm.db`, "broken");
    const damaged = await runOwllm(["state", "check", "--state", dir]);
    assert.equal(damaged.code, 1);
    assert.match(damaged.stderr, /is damaged: .*\n {2}Put a backup in its place/);
  }));

Deno.test("a closed pipe ends quietly", async () => {
  await withTempDir(async (home) => {
    const owllm = [Deno.execPath(), ...OWLLM_ARGS].map((word) => `'${word}'`).join(" ");
    const script = `set -o pipefail; ${owllm} config show | head -n 1`;
    const { code, stdout, stderr } = await new Deno.Command("bash", {
      args: ["-c", script],
      env: bareEnv(home),
      clearEnv: true,
      cwd: home,
    }).output();
    assert.equal(new TextDecoder().decode(stderr), "");
    assert.equal(code, 0);
    assert.equal(new TextDecoder().decode(stdout).split("\n").length, 2);
  });
});

Deno.test("--version loads no heavy library", async () => {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", OWLLM_ARGS.at(-1) ?? ""],
  }).output();
  const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as {
    modules: { specifier: string; dependencies?: Dependency[] }[];
  };
  const graph = new Map(modules.map((module) => [module.specifier, module.dependencies ?? []]));
  const [main] = [...graph.keys()].filter((specifier) => specifier.endsWith("/main.ts"))
    .sort((a, b) => a.length - b.length);
  const seen = new Set<string>();
  const visit = (specifier: string) => {
    if (seen.has(specifier)) return;
    seen.add(specifier);
    for (const { specifier: name, isDynamic, code } of graph.get(specifier) ?? []) {
      if (isDynamic || code === undefined) continue;
      assert.doesNotMatch(name, /^(zod|openai|smol-toml|yaml|node:sqlite|@wllama)/, specifier);
      visit(code.specifier);
    }
  };
  visit(main ?? assert.fail("main.ts is not in the graph"));
  assert.ok(seen.size > 10);
});

interface Dependency {
  readonly specifier: string;
  readonly isDynamic?: boolean;
  readonly code?: { readonly specifier: string };
}
