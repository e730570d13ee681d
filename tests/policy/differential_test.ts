/** The policy sees the same commands in a text as another parser of bash does. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { type ArgvNode, decide } from "../../lib/policy/mod.ts";
import { oracleNames } from "../support/mvdan.ts";
import { policyCorpus } from "../support/policy_corpus.ts";
import { PLAIN_WORLD } from "../support/policy_worlds.ts";

/** Longest text that both parsers are given; the oracle is slow. */
const MAX_LENGTH = 2000;

function texts(): readonly string[] {
  return policyCorpus().flatMap(({ rows }) => rows)
    .map(({ command }) => command)
    // The oracle leaves these two out of what it reads; bash does not.
    .filter((command) => command.length < MAX_LENGTH && !/[\0\r]/.test(command));
}

/** Names of the commands of a text as the policy understood them, those that commands run included. */
function namesOf(nodes: readonly ArgvNode[]): string[] {
  return nodes.flatMap(({ argv, unknown, children }) => [
    ...argv[0] === undefined || unknown.includes(0) ? [] : [argv[0]],
    ...namesOf(children),
  ]);
}

/** Checks one text; returns how many names both saw. */
function agree(text: string): number {
  const { decision, argv, reasons } = decide(text, PLAIN_WORLD);
  const oracle = oracleNames(text);
  if (!oracle.ok) {
    assert.notEqual(decision, "allow", `refused by the oracle: ${JSON.stringify(text)}`);
    return 0;
  }
  // What does not parse, or is too deep, is stopped without being read to its end.
  if (reasons.some(({ code }) => /^(?:too_|syntax$)/.test(code))) {
    assert.notEqual(decision, "allow", JSON.stringify(text));
    return 0;
  }
  const seen = new Set(namesOf(argv));
  const missed = oracle.names.filter((name) => !seen.has(name));
  assert.deepEqual(missed, [], `not seen in ${JSON.stringify(text)}`);
  return oracle.names.length;
}

Deno.test("decide() sees every command name that mvdan-sh sees in the corpus", () => {
  const all = texts();
  const names = all.reduce((sum, text) => sum + agree(text), 0);
  assert.ok(all.length > 2000 && names > 2500, `${names} names in ${all.length} texts`);
});

Deno.test("decide() sees every command name that mvdan-sh sees in random scripts", () => {
  const name = fc.constantFrom(
    "ls",
    "r'm'",
    'c"a"t',
    "ec\\ho",
    "$'\\x69d'",
    "w\\\nc",
    "frob",
    "'a b'",
  );
  const word = fc.constantFrom(
    "x",
    "-f",
    "'a b'",
    '"$HOME"',
    "$Z",
    "a\\ b",
    "*.ts",
    ">o",
    "2>&1",
  );
  const { script } = fc.letrec<{ script: string; command: string }>((tie) => ({
    command: fc.oneof(
      { weight: 5, arbitrary: fc.tuple(name, fc.array(word, { maxLength: 3 })).map(join) },
      tie("script").map((inner) => `( ${inner}\n)`),
      tie("script").map((inner) => `{ ${inner}\n}`),
      tie("script").map((inner) => `echo "$( ${inner}\n)" x`),
      tie("script").map((inner) => `cat <( ${inner}\n)`),
      tie("script").map((inner) => `if ${inner}\nthen ${inner}\nfi`),
      tie("script").map((inner) => `for i in a b; do ${inner}\ndone`),
      tie("script").map((inner) => `case x in (x) ${inner}\n;; esac`),
      // Bash ends a heredoc at the first line of its word, so no inner one may have the same.
      tie("script").map((inner) => `cat <<E${inner.length}\n$( ${inner}\n)\nE${inner.length}\n:`),
      tie("script").map((inner) => `x=$( ${inner}\n) : \${y:-$( ${inner}\n)}`),
    ),
    script: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      tie("command"),
      fc.tuple(tie("script"), fc.constantFrom(";", "&&", "||", "|", "&", "\n"), tie("command"))
        .map(([left, operator, right]) => `${left}\n`.trimEnd() + ` ${operator} ${right}`),
    ),
  }));
  let names = 0;
  fc.assert(
    fc.property(script, (text) => {
      if (text.length < MAX_LENGTH) names += agree(text);
    }),
    { numRuns: 300 },
  );
  assert.ok(names > 400, `only ${names} names`);
});

function join([name, words]: readonly [string, readonly string[]]): string {
  return [name, ...words].join(" ");
}
