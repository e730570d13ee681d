import assert from "node:assert/strict";
import { createRule, decide, failedExamples, type RuleSpec } from "../../lib/policy/mod.ts";
import { PLAIN_WORLD } from "../support/policy_worlds.ts";

const rule = (pattern: RuleSpec["pattern"], more: Partial<RuleSpec> = {}): RuleSpec => ({
  name: "no-log",
  decision: "deny",
  justification: "Logs are private",
  match: [],
  notMatch: [],
  pattern,
  ...more,
});

const applies = (pattern: RuleSpec["pattern"], ...argv: (string | undefined)[]) =>
  createRule(rule(pattern)).matches(argv);

Deno.test("createRule() matches how the words begin", () => {
  assert.ok(applies(["git", "log"], "git", "log"));
  assert.ok(applies(["git", "log"], "git", "log", "-5"));
  assert.ok(applies(["git"], "/usr/bin/git", "log"));
  assert.ok(!applies(["git", "log"], "git", "status", "log"));
  assert.ok(!applies(["git", "log"], "git"));
  assert.ok(!applies(["git", "log"], "log"));
});

Deno.test("createRule() knows choices, any words, any text and one character", () => {
  const push = ["git", "**", "push", "**", ["-f", "--force*"]];
  assert.ok(applies(push, "git", "push", "-f"));
  assert.ok(applies(push, "git", "-C", "x", "push", "origin", "--force-with-lease"));
  assert.ok(!applies(push, "git", "push", "origin"));
  assert.ok(!applies(push, "git", "-f", "push"));
  assert.ok(applies(["python3.?"], "python3.9"));
  assert.ok(!applies(["python3.?"], "python3.11"));
  assert.ok(applies(["x", "a*b*c"], "x", "aXbXbc"));
  assert.ok(!applies(["x", "a*b*c"], "x", "aXbX"));
  assert.ok(applies(["**", "prod"], "deploy", "--to", "prod"));
  assert.ok(!applies(["**", "prod"], "deploy", "--to", "production"));
  assert.ok(applies(["./scripts/*"], "./scripts/deploy"));
});

Deno.test("createRule() takes a word that is not known for the one that is meant, but no program", () => {
  assert.ok(applies(["git", "push"], "git", undefined));
  assert.ok(!applies(["git", "push"], undefined, "push"));
});

Deno.test("createRule() is quick for a pattern of many stars", () => {
  const pattern = Array.from({ length: 40 }, () => "**");
  const began = performance.now();
  assert.ok(
    !applies(["x", ...pattern, "a*a*a*a*a*a*b"], "x", ...Array(300).fill("a".repeat(300))),
  );
  assert.ok(performance.now() - began < 2000);
});

Deno.test("decide() is made stricter by a rule, in every wrapper, and never milder", () => {
  const context = { ...PLAIN_WORLD, rules: [createRule(rule(["git", "log"]))] };
  for (const text of ["git log", "ls && git log -1", "timeout 5 git log", "bash -c 'git log'"]) {
    assert.equal(decide(text, PLAIN_WORLD).decision === "deny", false, text);
    const { decision, reasons } = decide(text, context);
    assert.equal(decision, "deny", text);
    assert.match(JSON.stringify(reasons), /Rule \\"no-log\\": Logs are private/);
  }
  const mild = { ...PLAIN_WORLD, rules: [createRule(rule(["cat"], { decision: "approve" }))] };
  assert.equal(decide("cat .env", mild).decision, "deny");
});

Deno.test("failedExamples() names the examples that turned out otherwise", () => {
  const good = rule(["git", "log"], {
    match: ["git log", "cd src && git log -1", "xargs git log"],
    notMatch: ["git status", "echo git log"],
  });
  assert.deepEqual(failedExamples(good), []);
  const bad = { ...good, match: ["git log", "git lug"], notMatch: ["ls", "env git log"] };
  assert.deepEqual(failedExamples(bad), [
    { list: "match", index: 1 },
    { list: "notMatch", index: 1 },
  ]);
});
