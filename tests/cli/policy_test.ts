/** `owllm policy …`, from the arguments to the exit code, in a real repository on disk. */
import assert from "node:assert/strict";
import { runOwllm } from "../support/run_owllm.ts";
import { withTempDir } from "../support/state.ts";

const RULES = `[rules.no-log]
decision = "deny"
pattern = ["cat", "**", "*.log"]
justification = "Logs are private"
match = ["cat x.log"]
not_match = ["cat x.txt"]
`;

/** A repository with a file, a secret, and a link to a file outside. */
async function withRepository(fn: (dir: string) => Promise<void>): Promise<void> {
  await withTempDir(async (temp) => {
    const dir = await Deno.realPath(temp);
    await Deno.mkdir(`${dir}/repo/.git`, { recursive: true });
    await Deno.mkdir(`${dir}/repo/src`);
    await Deno.writeTextFile(`${dir}/repo/README.md`, "# Example\n");
    await Deno.writeTextFile(`${dir}/repo/.env`, "KEY=1\n");
    await Deno.writeTextFile(`${dir}/outside.txt`, "outside\n");
    await Deno.symlink("../outside.txt", `${dir}/repo/link.txt`);
    await fn(`${dir}/repo`);
  });
}

Deno.test("owllm policy check ends with 0, 1 or 4, and points to the part", () =>
  withRepository(async (cwd) => {
    const check = async (command: string, ...more: string[]) =>
      await runOwllm(["policy", "check", command, ...more], { cwd });
    const allowed = await check("cat README.md | head -3");
    assert.equal(allowed.code, 0, allowed.stdout);
    assert.match(allowed.stdout, /^ALLOW\n/);
    assert.match(allowed.stdout, /\nreads {3}.*\/repo\/README\.md\nexec {4}cat, head\n$/);
    const asked = await check("cat README.md link.txt");
    assert.equal(asked.code, 1, asked.stdout);
    assert.match(asked.stdout, /^APPROVE\n/);
    assert.match(asked.stdout, /cat README\.md link\.txt\n +\^{8}\n/);
    const denied = await check("cat README.md; cat .env", "--json");
    assert.equal(denied.code, 4, denied.stdout);
    const { decision, reasons, effects, argv, repository } = JSON.parse(denied.stdout);
    assert.deepEqual([decision, repository], ["deny", cwd]);
    assert.deepEqual(reasons.map((one: { decision: string }) => one.decision), ["allow", "deny"]);
    assert.deepEqual([reasons[1].start, reasons[1].end], [15, 23]);
    assert.ok(effects.reads.includes(`${cwd}/.env`));
    assert.deepEqual(argv[1].argv, ["cat", ".env"]);
  }));

Deno.test("owllm policy check takes the directory and the repository that are named", () =>
  withRepository(async (cwd) => {
    const check = async (...args: string[]) =>
      (await runOwllm(["policy", "check", ...args], { cwd })).code;
    assert.equal(await check("cat ../README.md"), 1);
    assert.equal(await check("cat ../README.md", "--cwd", "src"), 0);
    assert.equal(await check("cat ../README.md", "--cwd", "src", "--repo", "src"), 1);
    assert.equal(await check("cat ../outside.txt", "--repo", ".."), 0);
    const { code, stderr } = await runOwllm(["policy", "check", "ls", "--cwd", "none"], { cwd });
    assert.equal(code, 2);
    assert.match(stderr, /There is no directory "none"/);
  }));

Deno.test("owllm policy check judges paths that the runtime does not let it look at", () =>
  withRepository(async (cwd) => {
    await Deno.symlink("/proc/self/environ", `${cwd}/notes`);
    const decisions = await Promise.all(
      ["cat /proc/cpuinfo", "ls >/dev/stdout 2>/dev/stderr", "cat notes", "cat /proc/1/environ"]
        .map(async (command) => {
          const { stdout } = await runOwllm(["policy", "check", command, "--json"], { cwd });
          assert.doesNotMatch(stdout, /"internal"/, command);
          return JSON.parse(stdout).decision;
        }),
    );
    assert.deepEqual(decisions, ["allow", "allow", "deny", "deny"]);
  }));

Deno.test("owllm policy check shows what a command hides, and writes no escape", () =>
  withRepository(async (cwd) => {
    const { code, stdout } = await runOwllm(["policy", "check", "cat \u001b[2J\u202ex"], { cwd });
    assert.ok(code === 1 || code === 4);
    assert.match(stdout, /cat <U\+001B>\[2J<U\+202E>x/);
    assert.doesNotMatch(stdout, /[^\P{C}\n]/u);
  }));

Deno.test("owllm policy check guards owllm's own state", () =>
  withRepository(async (cwd) => {
    const args = ["policy", "check", "cat kept/owllm.db", "--state", "kept"];
    await Deno.mkdir(`${cwd}/kept`);
    assert.equal((await runOwllm(args, { cwd })).code, 4);
    assert.equal((await runOwllm(args.slice(0, 3), { cwd })).code, 0);
    await Deno.symlink("kept", `${cwd}/linked`);
    const byLink = [...args.slice(0, 4), "linked"];
    assert.equal((await runOwllm(byLink, { cwd })).code, 4);
  }));

Deno.test("owllm policy explain shows words, places and what is not known", () =>
  withRepository(async (cwd) => {
    const explain = ["policy", "explain", `f=README.md; cat "$f" <src/x; frobnicate "$Z" >out`];
    const { code, stdout } = await runOwllm(explain, { cwd });
    assert.equal(code, 0);
    assert.match(stdout, /^cat README\.md\n {2}in .*\/repo; < src\/x\n/m);
    assert.match(stdout, /^frobnicate ‹\$Z› {2}no table for "frobnicate"\n {2}in .*; > out$/m);
    assert.match(stdout, /\njudged {2}approve\n$/);
    const { argv, programs } = JSON.parse(
      (await runOwllm([...explain, "--json"], { cwd })).stdout,
    );
    assert.deepEqual(argv.at(-1).unknown, [1]);
    assert.deepEqual(programs, [
      { name: "cat", known: true },
      { name: "frobnicate", known: false },
    ]);
  }));

Deno.test("owllm policy test counts by category, names wrong rows and ends with 1", () =>
  withRepository(async (cwd) => {
    await Deno.writeTextFile(
      `${cwd}/rows.tsv`,
      "cat README.md\tallow\tread\tfine\ncat .env\tapprove|deny\tsecret\tfine\n",
    );
    const good = await runOwllm(["policy", "test", "rows.tsv"], { cwd });
    assert.equal(good.code, 0, good.stdout + good.stderr);
    assert.match(good.stdout, /^all +2 +2 +0 +0 of 1$/m);
    await Deno.writeTextFile(
      `${cwd}/rows.tsv`,
      "cat README.md\tdeny\tread\twrong\ncat \\\\.env\tallow\tsecret\twrong too\n",
    );
    const bad = await runOwllm(["policy", "test", "rows.tsv"], { cwd });
    assert.equal(bad.code, 1);
    assert.match(
      bad.stdout,
      /^rows\.tsv:1 {2}fail-open: allow, expected deny {2}wrong\n {2}cat R/m,
    );
    assert.match(bad.stdout, /^rows\.tsv:2 {2}false alarm: deny, expected allow {2}wrong too$/m);
    const json = JSON.parse(
      (await runOwllm(["policy", "test", "rows.tsv", "--json"], { cwd })).stdout,
    );
    assert.deepEqual([json.rows, json.exact, json.fail_open, json.false_alarms], [2, 0, 1, 1]);
    assert.deepEqual(json.categories.map((one: { category: string }) => one.category), [
      "read",
      "secret",
    ]);
    assert.equal(json.wrong[1].command, "cat \\.env");
    const none = await runOwllm(["policy", "test", "none.tsv"], { cwd });
    assert.equal(none.code, 2);
    assert.match(none.stderr, /Cannot read the file "none\.tsv"/);
  }));

Deno.test("a rule holds, is shown with its place, and a rule that is wrong stops the program", () =>
  withRepository(async (cwd) => {
    await Deno.writeTextFile(`${cwd}/owllm.toml`, "");
    await Deno.writeTextFile(`${cwd}/policy.toml`, RULES);
    const denied = await runOwllm(["policy", "check", "cat README.md src/a.log"], { cwd });
    assert.equal(denied.code, 4);
    assert.match(denied.stdout, /Rule "no-log": Logs are private \[rule\]/);
    const shown = await runOwllm(["policy", "show"], { cwd });
    assert.match(shown.stdout, /^deny {5}no-log: Logs are private\n +\["cat".*policy\.toml:1$/m);
    const json = JSON.parse((await runOwllm(["policy", "show", "--json"], { cwd })).stdout);
    assert.deepEqual(json.rules[0].not_match, ["cat x.txt"]);
    assert.ok(json.programs.includes("cat"));
    await Deno.writeTextFile(`${cwd}/policy.toml`, RULES.replace("cat x.txt", "cat y.log"));
    for (const args of [["policy", "check", "ls"], ["config", "check"], ["policy", "show"]]) {
      const { code, stdout, stderr } = await runOwllm(args, { cwd });
      assert.equal(code, 2, args.join(" "));
      assert.equal(stdout, "");
      assert.match(
        stderr,
        /policy\.toml:6: The rule "no-log" applies to "cat y\.log", expected that it does not\n/,
      );
    }
    await Deno.writeTextFile(`${cwd}/policy.toml`, RULES.replace("deny", "allow"));
    const { code, stderr } = await runOwllm(["policy", "check", "ls"], { cwd });
    assert.equal(code, 2);
    assert.match(
      stderr,
      /policy\.toml:2: "rules\.no-log\.decision" is "allow", expected "approve"/,
    );
  }));
