/** `policy.toml`: where it is looked for, what it may hold, and what is said when it is wrong. */
import assert from "node:assert/strict";
import { ConfigError, loadConfig, type LoadedConfig } from "../../lib/config/mod.ts";
import { withTempDir } from "../support/state.ts";

const RULE = `
decision = "deny"
pattern = ["git", ["push", "fetch"]]
justification = "No network"
match = ["git push"]
`;

interface World {
  readonly project?: string;
  readonly user?: string;
  /** The project's owllm.toml; without it the project's policy.toml is not owllm's. */
  readonly settings?: string;
}

async function load(world: World): Promise<LoadedConfig> {
  const loaded: LoadedConfig[] = [];
  await withTempDir(async (dir) => {
    const config = `${dir}/home/.config/owllm`;
    await Deno.mkdir(config, { recursive: true });
    await Deno.mkdir(`${dir}/project`);
    const files: [string, string | undefined][] = [
      [`${dir}/project/owllm.toml`, world.settings],
      [`${dir}/project/policy.toml`, world.project],
      [`${config}/policy.toml`, world.user],
    ];
    for (const [path, text] of files) {
      if (text !== undefined) await Deno.writeTextFile(path, text);
    }
    const home = `${dir}/home`;
    const options = { cwd: `${dir}/project`, home, env: () => undefined, flags: [] };
    loaded.push(await loadConfig(options));
  });
  return loaded[0] ?? assert.fail("nothing was loaded");
}

async function problemsOf(project: string): Promise<string[]> {
  try {
    await load({ project, settings: "" });
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    assert.match(error.recoverySuggestion ?? "", /owllm/);
    return error.problems.map(({ where, message }) => `${where}: ${message}`);
  }
  return [];
}

Deno.test("loadConfig() reads the rules of the user and of the project, and none replaces another", async () => {
  const { rules } = await load({
    user: `[rules.net]${RULE}not_match = ["git log"]\n`,
    project: `[rules.net]${RULE}`,
    settings: "",
  });
  assert.deepEqual(rules.map(({ name, origin }) => [name, origin]), [
    ["net", "~/.config/owllm/policy.toml:1"],
    ["net", "policy.toml:1"],
  ]);
  const [rule] = rules;
  assert.deepEqual(rule?.pattern, ["git", ["push", "fetch"]]);
  assert.deepEqual([rule?.match, rule?.notMatch], [["git push"], ["git log"]]);
  assert.equal(rule?.exampleOrigin("notMatch", 0), "~/.config/owllm/policy.toml:6");
  assert.deepEqual(rules[1]?.notMatch, []);
});

Deno.test("loadConfig() reads the user's rules once where the project is the configuration directory", () =>
  withTempDir(async (dir) => {
    const cwd = `${dir}/.config/owllm`;
    await Deno.mkdir(cwd, { recursive: true });
    await Deno.writeTextFile(`${cwd}/owllm.toml`, "");
    await Deno.writeTextFile(`${cwd}/policy.toml`, `[rules.a]${RULE}`);
    const { rules } = await loadConfig({ cwd, home: dir, env: () => undefined, flags: [] });
    assert.equal(rules.length, 1);
  }));

Deno.test("loadConfig() leaves a policy.toml alone that has no owllm.toml beside it", async () => {
  assert.deepEqual((await load({ project: "[[policy]]\nother = true" })).rules, []);
});

Deno.test("loadConfig() refuses a rule that allows, and says what is missing and unknown", async () => {
  const problems = await problemsOf(
    `[rules.a]\ndecision = "allow"\npattern = []\nmach = []\n[rule.b]\nx = 1\n`,
  );
  assert.deepEqual(problems, [
    'policy.toml:1: "rules.a.justification" is missing, expected a text that is not empty, which is shown as the reason',
    'policy.toml:1: "rules.a.match" is missing, expected a list of at least one command that the rule applies to, such as ["git push -f"]',
    'policy.toml:2: "rules.a.decision" is "allow", expected "approve" or "deny": a rule can only make a decision stricter',
    'policy.toml:3: "rules.a.pattern" is [], expected the first words of a command such as ["git", "push", "**", ["-f", "--force*"]], a choice as a list in the list',
    'policy.toml:4: Unknown key "rules.a.mach" (did you mean "match"?)',
    'policy.toml:5: Unknown key "rule" (did you mean "rules"?)',
  ]);
});

Deno.test("loadConfig() refuses words of the wrong kind in a rule, each with its line", async () => {
  const rule = RULE.replace('["push", "fetch"]', "[]").replace("No network", " ");
  const problems = await problemsOf(`[rules.a]${rule}not_match = [\n  "ls",\n  1\n]\n`);
  assert.deepEqual(problems.map((problem) => problem.split(",")[0]), [
    'policy.toml:3: "rules.a.pattern.1" is []',
    'policy.toml:4: "rules.a.justification" is " "',
    'policy.toml:8: "rules.a.not_match.1" is 1',
  ]);
});

Deno.test("loadConfig() sends rules that stand in owllm.toml to their own file", async () => {
  await assert.rejects(
    load({ settings: `[rules.a]${RULE}` }),
    /owllm\.toml:1: Rules belong into a policy\.toml beside this file/,
  );
});
