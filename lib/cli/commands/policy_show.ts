import { defineCommand } from "../command.ts";
import { loadPolicy } from "../policy_context.ts";
import { POLICY_DEFAULTS } from "../policy_defaults.ts";
import { decisionPaint } from "../policy_lines.ts";
import { printable, wrap } from "../text_width.ts";

/** `owllm policy show`. */
export const policyShow = defineCommand({
  brief: "Print the defaults and the rules in force, and where they come from",
  description:
    "Rules are read from policy.toml beside the project's owllm.toml and in the user's " +
    "configuration directory; they can only make a decision stricter. A rule is a table " +
    '[rules.NAME] with decision = "approve" or "deny"; pattern, the first words of the command such ' +
    'as ["git", "**", "push"], where "*" is any text in a word, "**" any number of words and a list ' +
    "in the list a choice; justification; match and not_match, commands that are judged when the " +
    "file is loaded and must turn out so.",
  examples: ["owllm policy show", "owllm policy show --json"],
  flags: {},
  positional: { kind: "tuple", parameters: [] },
  async run({ cli, out, flags }) {
    const { context, config } = await loadPolicy(cli, flags);
    const { knownPrograms } = await import("../../policy/mod.ts");
    const programs = [...knownPrograms()].sort();
    const { cwd, repository, protectedPaths } = context;
    if (out.json) {
      const rules = config.rules.map(({ notMatch, exampleOrigin: _, ...rule }) => ({
        ...rule,
        not_match: notMatch,
      }));
      return out.printJson({
        cwd,
        repository,
        protected_paths: protectedPaths,
        defaults: POLICY_DEFAULTS,
        rules,
        programs,
      });
    }
    const { style } = out;
    out.print(`repository ${repository}`);
    out.print(`protected  ${protectedPaths?.join(", ")}`);
    for (const { decision, what, examples } of POLICY_DEFAULTS) {
      out.print(`${decisionPaint(style, decision)(decision.padEnd(8))} ${what}`);
      for (const example of examples) out.print(`${" ".repeat(9)}${style.dim(example)}`);
    }
    out.print(style.bold(`${config.rules.length} rules of ${filesOf(config.files)}`));
    for (const { name, decision, justification, pattern, origin } of config.rules) {
      const paint = decisionPaint(style, decision);
      out.print(`${paint(decision.padEnd(8))} ${printable(name)}: ${printable(justification)}`);
      out.print(`${" ".repeat(9)}${style.dim(`${JSON.stringify(pattern)}  ${origin}`)}`);
    }
    out.print(style.bold(`${programs.length} programs with a table`));
    for (const line of wrap(programs.join(" "), out.columns)) out.print(line);
  },
});

function filesOf(files: readonly string[]): string {
  const policies = files.filter((path) => path.endsWith("/policy.toml"));
  return policies.length === 0 ? "no policy.toml" : policies.join(", ");
}
