import { defineCommand } from "../command.ts";
import { POLICY_COMMAND } from "../policy_argument.ts";
import { loadPolicy, PLACE_FLAGS, type PolicyPlace } from "../policy_context.ts";
import { argvLines, decisionPaint, effectLines } from "../policy_lines.ts";

/** `owllm policy explain "<command>"`. */
export const policyExplain = defineCommand<
  PolicyPlace & Record<string, unknown>,
  [command: string]
>({
  brief: "Show how a command is understood, without judging it",
  description:
    "Prints every command in the text as its words after quotes, variables and patterns are worked " +
    "out, where it would run, and the commands that it runs itself. A word in ‹› is not " +
    "known before the command runs. Always ends with 0; the judgement is that of owllm policy check.",
  examples: [
    `owllm policy explain "cd src && find . -name '*.ts' -exec wc -l {} +"`,
    `owllm policy explain "bash -c 'ls | head'" --json`,
  ],
  flags: PLACE_FLAGS,
  positional: { kind: "tuple", parameters: [POLICY_COMMAND] },
  async run({ cli, out, flags }, command) {
    const { context } = await loadPolicy(cli, flags, flags);
    const { decide, knownPrograms } = await import("../../policy/mod.ts");
    const { decision, argv, effects } = decide(command, context);
    const known = new Set(knownPrograms());
    if (out.json) {
      const { cwd, repository } = context;
      const programs = effects.exec.map((name) => ({
        name,
        known: known.has(name.slice(name.lastIndexOf("/") + 1)),
      }));
      return out.printJson({ command, cwd, repository, decision, argv, programs, effects });
    }
    for (const line of argvLines(argv, (name) => known.has(name), out)) out.print(line);
    for (const line of effectLines(effects, out)) out.print(line);
    out.print(`${out.style.dim("judged ")} ${decisionPaint(out.style, decision)(decision)}`);
  },
});
