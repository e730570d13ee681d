import assert from "node:assert/strict";
import fc from "fast-check";
import { decide } from "../../lib/policy/mod.ts";
import { printedSecret } from "../../lib/policy/search_secrets.ts";
import { type FixedFiles, fixedProbe } from "../support/fixed_probe.ts";

const ENV = "API_KEY=abc.123\nUSER=ann\n";

function judge(text: string, files: FixedFiles = { "/repo/.env": ENV }): string {
  const context = { cwd: "/repo", repository: "/repo", home: "/home/user" };
  return decide(text, { ...context, files: fixedProbe({ "/repo/src/a.ts": "", ...files }) })
    .decision;
}

Deno.test("decide() asks for a search that would print a line of a secret", () => {
  const printing = [
    "grep -r API_KEY .",
    "grep -ri api_key",
    "grep -rE 'foo|USER' .",
    "grep -r 'foo\\|USER' .",
    "grep -r 'A.I_K[E]Y' .",
    "grep -rP '\\x41PI' .",
    "grep -rE '(zzz)?USER' .",
    "grep -rv zzz .",
    "grep -re zzz -e USER .",
    "grep -rf README.md .",
    "grep -r '' .",
    "grep -r --include='.e*' USER .",
    "rg --hidden USER",
    "rg -uuu USER .",
    "rg -. -F 'abc.1'",
    "cd src && grep -r USER ..",
  ];
  for (const text of printing) assert.notEqual(judge(text), "allow", text);
});

Deno.test("decide() allows a search that prints no line of a secret", () => {
  const harmless = [
    "grep -rn TODO .",
    "grep -rnE '(import|export) +default' .",
    "grep -rF 'abcX123' .",
    "grep -rl USER .",
    "grep -rc USER .",
    "grep -r USER src",
    "grep -r --include='*.ts' USER .",
    "rg USER",
    "rg -n 'function \\w+\\(' .",
    "git grep USER",
  ];
  for (const text of harmless) assert.equal(judge(text), "allow", text);
  assert.equal(judge("grep -r USER .", {}), "allow");
});

Deno.test("decide() asks for a search over a secret that it cannot read", () => {
  assert.equal(
    judge("grep -r zzz .", { "/repo/deep/x/server.pem": "k".repeat(70_000) }),
    "approve",
  );
});

Deno.test("printedSecret() never says no where a regular expression matches", () => {
  const part = fc.constantFrom(
    ...[
      "a",
      "b",
      "ab",
      ".",
      "a?",
      "b*",
      "a+",
      "[ab]",
      "[^a]",
      "(a|b)",
      "(ab)?",
      "|",
      "^",
      "$",
      "\\b",
    ],
    ...["\\w", "b{2}", "a{0,1}", "\\.", "\\(", "(?:a)", "\\x61", "c", "(a", ")", "[", "\\"],
  );
  const pattern = fc.array(part, { maxLength: 6 }).map((parts) => parts.join(""));
  const text = fc.string({ unit: fc.constantFrom("a", "b", "c", ".", "(", "\n"), maxLength: 8 });
  fc.assert(
    fc.property(pattern, text, (pattern, text) => {
      let matches: boolean;
      try {
        matches = new RegExp(pattern, "im").test(text);
      } catch {
        return; // Not an expression of JavaScript; others have dialects of their own.
      }
      const files = fixedProbe({ "/r/.env": text });
      const search = {
        root: "/r",
        patterns: [pattern],
        fixed: false,
        hidden: true,
        names: undefined,
      };
      const printed = printedSecret(search, files) !== undefined;
      assert.ok(printed || !matches, `${JSON.stringify(pattern)} in ${JSON.stringify(text)}`);
    }),
    { numRuns: 20_000 },
  );
});
