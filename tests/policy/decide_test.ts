import assert from "node:assert/strict";
import { decide, decideArgv, type Reason } from "../../lib/policy/mod.ts";
import { assertDecisions, assertNeverAllowed, codesOf } from "../support/policy_rows.ts";
import { HOSTILE_WORLD, PLAIN_WORLD } from "../support/policy_worlds.ts";

Deno.test("decide() allows what only reads the repository", () => {
  assertDecisions("allow", [
    "ls -la src tests",
    "cat README.md | grep -c x",
    'for f in src/*.ts; do wc -l "$f"; done',
    "if [ -f README.md ]; then head -5 README.md; else echo none; fi",
    'while IFS= read -r line; do echo "$line"; done < README.md',
    "cd src && git status --short",
    "diff <(sort data/a.txt) <(sort data/b.txt)",
    "git ls-files '*.ts' | xargs wc -l",
    "cat <<'EOF'\nrm -rf /\nEOF",
    "echo 'rm -rf /'",
    "echo '\u26a0\ufe0f careful \u{1f469}\u200d\u{1f4bb}'",
    "pytest -q tests/test_main.py::test_one 2>&1 | tail -20",
    "npm test",
    "jq -r .name package.json",
  ], PLAIN_WORLD);
});

Deno.test("decide() asks about every kind of unknown", () => {
  const unknowns: Readonly<Record<string, string>> = {
    "frobnicate": "unknown_program",
    "ls --frobnicate": "unknown_flag",
    "git frobnicate": "unknown_command",
    "cat $(cat list)": "unknown_path",
    "$(cat list)": "unknown_program",
    'bash -c "$(cat list)"': "unknown_script",
    "sort $FLAGS": "environment",
    "ls (": "syntax",
    "ls 'a": "syntax",
    "cat @(a|b)": "unknown_path",
    "cd $(cat list); cat README.md": "unknown_directory",
    "./install.sh": "program_by_path",
    "ls \u202edwp": "hidden_character",
    "ls \u0007": "control_character",
    "ls\u00a0-la": "odd_space",
    "": "empty",
  };
  for (const [command, code] of Object.entries(unknowns)) {
    const { decision, reasons } = decide(command, PLAIN_WORLD);
    assert.equal(decision, "approve", command);
    assert.ok(codesOf(reasons).includes(code), `${command}: ${codesOf(reasons)}, expected ${code}`);
  }
});

Deno.test("decide() refuses what is too long, too deep or too much to be judged", () => {
  const limits: Readonly<Record<string, string>> = {
    too_long: `ls ${"a".repeat(20_001)}`,
    too_deep: `${"eval ".repeat(40)}ls`,
    too_many: "ls; ".repeat(4_000),
  };
  for (const [code, command] of Object.entries(limits)) {
    const { decision, reasons } = decide(command, PLAIN_WORLD);
    assert.equal(decision, "deny", code);
    assert.ok(codesOf(reasons).includes(code), codesOf(reasons).slice(0, 5).join());
  }
  assert.equal(decide("ls; ".repeat(900), PLAIN_WORLD).decision, "allow");
});

Deno.test("decide() points each reason at its part of the text", () => {
  const command = "ls src && cat .env; sort -o out README.md";
  const { reasons } = decide(command, PLAIN_WORLD);
  const parts = (list: readonly Reason[]): string[] =>
    list.flatMap(({ start, end, code, children }) => [
      `${code}: ${command.slice(start, end)}`,
      ...parts(children ?? []),
    ]);
  assert.deepEqual(parts(reasons), [
    "command: ls src",
    "command: cat .env",
    "secret: .env",
    "command: sort -o out README.md",
    "writes: out",
  ]);
});

Deno.test("decide() puts reasons of nested commands under the command that runs them", () => {
  const command = "timeout 5 bash -c 'ls; sudo id'";
  const { decision, reasons } = decide(command, PLAIN_WORLD);
  assert.equal(decision, "deny");
  const shape = (list: readonly Reason[]): unknown =>
    list.map(({ code, decision, children }) =>
      children === undefined || children.length === 0
        ? `${decision} ${code}`
        : [decision, shape(children)]
    );
  assert.deepEqual(shape(reasons), [
    ["deny", [["deny", [
      "allow command",
      ["deny", ["deny privilege", "allow command"]],
    ]]]],
  ]);
});

Deno.test("decide() tells effects and the canonical argv", () => {
  const { effects, argv } = decide(
    'LC_ALL=C sort "$HOME/x" data/*.txt > out.txt; curl https://example.com',
    PLAIN_WORLD,
  );
  assert.deepEqual(effects, {
    reads: ["/home/user/x", "data/*.txt"],
    writes: ["/work/repo/out.txt"],
    exec: ["sort", "curl"],
    net: ["https://example.com"],
    env: ["LC_ALL"],
  });
  assert.deepEqual(
    argv.map(({ argv, unknown, assignments, redirections, cwd }) => ({
      argv,
      unknown,
      assignments,
      redirections,
      cwd,
    }))[0],
    {
      argv: ["sort", "/home/user/x", "data/*.txt"],
      unknown: [2],
      assignments: ["LC_ALL=C"],
      redirections: ["> out.txt"],
      cwd: ["/work/repo"],
    },
  );
});

Deno.test("decide() judges all parts: the strictest wins wherever it stands", () => {
  for (const text of ["rm -rf x", "cat .env", "sudo ls"]) {
    assertDecisions("deny", [
      `ls && ${text}`,
      `${text} || ls`,
      `ls | ${text} | wc -l`,
      `echo $(${text})`,
      `echo "\${x:-$(${text})}"`,
      `echo \`${text}\``,
      `(ls; { ${text}; })`,
      `f() { ${text}; }`,
      `cat <<X\n$(${text})\nX`,
      `case $(${text}) in a) ;; esac`,
      `for i in $(${text}); do :; done`,
      `[[ -n $(${text}) ]]`,
      `x=$(${text})`,
      `ls > >(${text})`,
      `${"ls; ".repeat(60)}${text}`,
      `foo --bar ${text}`,
      `foo "${text}"`,
    ], PLAIN_WORLD);
  }
});

Deno.test("decideArgv() expands nothing", () => {
  assert.equal(decideArgv(["cat", "README.md"], PLAIN_WORLD).decision, "allow");
  assert.equal(decideArgv(["echo", "$(rm -rf /)", "; sudo ls"], PLAIN_WORLD).decision, "allow");
  assert.equal(decideArgv(["cat", ".env"], PLAIN_WORLD).decision, "deny");
  assert.equal(decideArgv(["bash", "-c", "cat .env"], PLAIN_WORLD).decision, "deny");
  assert.equal(decideArgv([], PLAIN_WORLD).decision, "approve");
});

Deno.test("decide() is refused when a probe breaks, and does not throw", () => {
  const files = {
    ...PLAIN_WORLD.files,
    realPath: () => {
      throw new Error("broken probe");
    },
  };
  const { decision, reasons } = decide("cat README.md", { ...PLAIN_WORLD, files });
  assert.equal(decision, "deny");
  assert.ok(codesOf(reasons).includes("internal"));
});

Deno.test("decide() does not let a shell read its script from what is not known", () => {
  assertNeverAllowed(
    ["bash", "sh < x.sh", "cat x | sh", "sh -s", "bash README.md", ". ./x"],
    HOSTILE_WORLD,
  );
  assertDecisions(
    "allow",
    ["bash -n install.sh", "echo ls | sh", "bash <<< 'ls -la'"],
    PLAIN_WORLD,
  );
});
