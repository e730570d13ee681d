/** What must hold for every command: nothing that leaves its meaning as it is ever loosens a decision. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { createRule, decide, decideArgv, type Decision } from "../../lib/policy/mod.ts";
import { policyCorpus } from "../support/policy_corpus.ts";
import { HOSTILE_WORLD } from "../support/policy_worlds.ts";

/** Rows whose text does not parse, or would go on after its end, cannot be put into other text. */
const UNFIT: readonly string[] = ["broken", "size", "control", "unicode", "hiding"];

const ROWS = policyCorpus().flatMap(({ rows }) => rows);
const FIT = ROWS.filter(({ category }) => !UNFIT.includes(category)).map(({ command }) => command);

/** Commands that are denied on one line of their own, whatever stands around them. */
const DENIED = [
  "rm -rf /",
  "r\\m -fr build",
  "sudo ls",
  "cat ~/.ssh/id_rsa",
  "mkfs.ext4 /dev/sda1",
  "bash -c 'rm -rf /'",
] as const;

const HARMLESS = [
  "ls",
  "cat README.md | head -3",
  "git status",
  "grep -rn TODO src",
  "echo 'a b'",
  "test -f README.md",
  "for i in 1 2; do echo $i; done",
  "cd src",
  "x=1",
] as const;

const STRICTNESS: Readonly<Record<Decision, number>> = { allow: 0, approve: 1, deny: 2 };

/** How strictly a command is judged. */
function strictness(command: string): number {
  return STRICTNESS[decide(command, HOSTILE_WORLD).decision];
}

function notLooser(changed: string, original: string): void {
  const [after, before] = [strictness(changed), strictness(original)];
  assert.ok(after >= before, `${JSON.stringify(changed)}: ${after}, alone ${before}`);
}

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

/** The ways to write one character of a word so that the shell reads the same character. */
const CHARACTER_STYLES: readonly ((char: string) => string)[] = [
  (char) => quoted(char),
  (char) => /["$`\\!]/.test(char) ? `\\${char}` : `"${char}"`,
  (char) => `\\${char}`,
  (char) => `""${quoted(char)}''`,
  (char) => `$'\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}'`,
  (char) => `$'\\${char.charCodeAt(0).toString(8).padStart(3, "0")}'`,
  (char) => `$'\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}'`,
  (char) => /^[\w./-]$/.test(char) ? char : quoted(char),
  (char) => `\\\n${quoted(char)}`,
];

/** Words as programs get them; each is judged in its plainest quotes and in random ones. */
const ARGVS: readonly (readonly string[])[] = [
  ["rm", "-rf", "/"],
  ["rm", "--recursive", "--force", "build"],
  ["sudo", "ls"],
  ["cat", "/home/user/.ssh/id_rsa"],
  ["cat", ".env"],
  ["cat", "README.md"],
  ["grep", "-f", "/etc/passwd", "README.md"],
  ["sort", "-o", "out.txt", "README.md"],
  ["sed", "-n", "1,5p", "README.md"],
  ["sed", "1e id", "README.md"],
  ["awk", 'BEGIN{system("id")}'],
  ["find", ".", "-exec", "rm", "-rf", "{}", ";"],
  ["find", ".", "-name", "*.ts"],
  ["git", "-c", "core.pager=id", "log"],
  ["git", "diff", "--output=F"],
  ["bash", "-c", "rm -rf /"],
  ["env", "-S", "rm -rf /"],
  ["xargs", "rm", "-rf"],
  ["frobnicate", "rm", "-rf", "/"],
  ["timeout", "5", "cat", "README.md"],
];

const argvs = fc.constantFrom(...ARGVS);
const styles = fc.array(fc.nat(CHARACTER_STYLES.length - 1), { minLength: 1, maxLength: 12 });

Deno.test("decide() judges a word the same however it is quoted", () => {
  fc.assert(
    fc.property(argvs, styles, (argv, picks) => {
      let at = 0;
      const style = (char: string) =>
        (CHARACTER_STYLES[picks[at++ % picks.length] ?? 0] ?? quoted)(char);
      const changed = argv.map((word) => [...word].map(style).join("")).join(" ");
      const plain = argv.map(quoted).join(" ");
      assert.equal(strictness(changed), strictness(plain), JSON.stringify(changed));
    }),
    { numRuns: 1500 },
  );
});

Deno.test("decideArgv() is no looser than decide() of the same words", () => {
  for (const argv of ARGVS) {
    const { decision } = decideArgv(argv, HOSTILE_WORLD);
    const text = argv.map(quoted).join(" ");
    assert.ok(STRICTNESS[decision] >= strictness(text), `${text}: ${decision}`);
  }
});

/** Text around any command; a new line in front of its end closes comments and heredocs. */
const SCRIPT_WRAPPERS: readonly ((command: string) => string)[] = [
  (command) => `(${command}\n)`,
  (command) => `{ ${command}\n}`,
  (command) => `if true; then ${command}\nfi`,
  (command) => `if ${command}\nthen :; fi`,
  (command) => `while ${command}\ndo break; done`,
  (command) => `for i in 1; do ${command}\ndone`,
  (command) => `case x in x) ${command}\n;; esac`,
  (command) => `! { ${command}\n}`,
  (command) => `time { ${command}\n}`,
  (command) => `{ ${command}\n} 2>/dev/null`,
  (command) => `(${command}\n) &`,
  (command) => `echo "$(${command}\n)"`,
  (command) => `: <(${command}\n)`,
  (command) => `f() { ${command}\n}; f`,
  (command) => `trap ${quoted(command)} EXIT`,
  (command) => `eval ${quoted(command)}`,
  (command) => `bash <<'END_OF_SCRIPT'\n${command}\nEND_OF_SCRIPT`,
  ...[
    "bash -c",
    "sh -ec",
    "env bash -c",
    "env -i A=b sh -c",
    "timeout 5 sh -c",
    "nice -n 3 bash -c",
    "nohup sh -c",
    "setsid -w bash -c",
    "stdbuf -oL sh -c",
    "xargs sh -c",
    "find . -maxdepth 0 -exec sh -c",
    "command bash -c",
    "exec bash -c",
    "busybox sh -c",
    "flock /tmp/lock sh -c",
    "sudo sh -c",
    "frobnicate --run",
    "script -qec",
    "watch",
    "ssh localhost",
    "eval eval",
  ].map((wrapper) => (command: string) =>
    `${wrapper} ${quoted(wrapper.endsWith("eval") ? quoted(command) : command)}${
      wrapper.startsWith("find") ? " \\;" : ""
    }`
  ),
];

Deno.test("decide() is never looser for a command in a wrapper or subshell", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...FIT),
      fc.constantFrom(...SCRIPT_WRAPPERS),
      (command, wrap) => notLooser(wrap(command), command),
    ),
    { numRuns: 4000 },
  );
});

Deno.test("decide() is never looser for commands that are joined", () => {
  const joins = ["\n;", "\n", "\n&&", "\n||", "\n&"].map((join) => join.trim());
  fc.assert(
    fc.property(
      fc.constantFrom(...FIT),
      fc.constantFrom(...FIT),
      fc.constantFrom(...joins),
      (left, right, join) => {
        // In subshells: what the left one changes (`cd src`) may rightly change what the right one is.
        const joined = `(${left}\n)${join || "\n"}(${right}\n)`;
        notLooser(joined, left);
        notLooser(joined, right);
      },
    ),
    { numRuns: 2000 },
  );
});

Deno.test("decide() denies every text that a denied command was put into", () => {
  const places: readonly ((harmless: string, denied: string) => string)[] = [
    (harmless, denied) => `${harmless}; ${denied}`,
    (harmless, denied) => `${denied}; ${harmless}`,
    (harmless, denied) => `${harmless} && ${denied}`,
    (harmless, denied) => `${harmless} || ${denied}`,
    (harmless, denied) => `${harmless} & ${denied}`,
    (harmless, denied) => `${harmless} | ${denied}`,
    (harmless, denied) => `${denied} | ${harmless}`,
    (harmless, denied) => `${harmless}\n${denied}\n${harmless}`,
    (harmless, denied) => `${harmless}; echo $(${denied})`,
    (harmless, denied) => `echo "\${x:-$(${denied})}"; ${harmless}`,
    (harmless, denied) => `cat <(${denied}); ${harmless}`,
    (harmless, denied) => `if ${harmless}; then ${denied}; fi`,
    (harmless, denied) => `while ${denied}; do ${harmless}; done`,
    (harmless, denied) => `cat <<END; ${harmless}\n$(${denied})\nEND`,
    (harmless, denied) => `${`${harmless}\n`.repeat(60)}${denied}`,
  ];
  for (const place of places) {
    for (const harmless of HARMLESS) {
      for (const denied of DENIED) {
        const text = place(harmless, denied);
        assert.equal(strictness(text), STRICTNESS.deny, JSON.stringify(text));
      }
    }
  }
});

Deno.test("decide() never allows a denied line, whatever bytes stand before or after it", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...DENIED),
      fc.string({ unit: "binary", maxLength: 60 }),
      fc.string({ unit: "grapheme-ascii", maxLength: 60 }),
      (denied, bytes, text) => {
        for (const noise of [bytes, text]) {
          // A backslash at the end joins the lines: `<\\` makes the denied line read a file.
          if (noise.endsWith("\\")) continue;
          assert.equal(strictness(`${denied}\n${noise}`), STRICTNESS.deny, JSON.stringify(noise));
          assert.ok(strictness(`${noise}\n${denied}`) > STRICTNESS.allow, JSON.stringify(noise));
        }
      },
    ),
    { numRuns: 2000 },
  );
});

Deno.test("decide() is never looser with rules", () => {
  const word = fc.constantFrom("*", "**", "ls", "git", "cat", "rm", "-*", "*e*", "README.md");
  const rule = fc.record({
    name: fc.constant("rule"),
    decision: fc.constantFrom("approve" as const, "deny" as const),
    pattern: fc.array(word, { minLength: 1, maxLength: 3 }),
    justification: fc.constant("because"),
    match: fc.constant([]),
    notMatch: fc.constant([]),
  });
  let stricter = 0;
  fc.assert(
    fc.property(fc.constantFrom(...FIT), fc.array(rule, { maxLength: 3 }), (command, specs) => {
      const context = { ...HOSTILE_WORLD, rules: specs.map(createRule) };
      const [after, before] = [
        STRICTNESS[decide(command, context).decision],
        strictness(command),
      ];
      assert.ok(after >= before, command);
      if (after > before) stricter++;
    }),
    { numRuns: 1000 },
  );
  assert.ok(stricter > 20, `rules made only ${stricter} decisions stricter`);
});

Deno.test("decide() never throws, and points into the text", () => {
  const alphabet = [..." \n\t;&|<>()[]{}$`'\"\\#!*?=~+-/.,:@%^01abcrm"];
  const shellish = fc.string({ unit: fc.constantFrom(...alphabet), maxLength: 80 });
  const mutated = fc.tuple(fc.constantFrom(...ROWS), fc.nat(), fc.nat(3), shellish).map(
    ([{ command }, at, cut, text]) => {
      const place = at % (command.length + 1);
      return command.slice(0, place) + text.slice(0, 4) + command.slice(place + cut);
    },
  );
  const texts = fc.oneof(fc.string({ unit: "binary", maxLength: 200 }), shellish, mutated);
  fc.assert(
    fc.property(texts, (text) => {
      const { decision, reasons } = decide(text, HOSTILE_WORLD);
      assert.ok(decision in STRICTNESS);
      for (const { code, message, start, end } of reasons) {
        assert.notEqual(code, "internal", `${message}: ${JSON.stringify(text)}`);
        assert.ok(0 <= start && start <= end && end <= text.length, `${start}-${end}: ${text}`);
      }
    }),
    { numRuns: 6000 },
  );
});
