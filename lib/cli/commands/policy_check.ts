import { EXIT } from "../../core/mod.ts";
import { defineCommand } from "../command.ts";
import { loadPolicy, PLACE_FLAGS, type PolicyPlace } from "../policy_context.ts";
import { verdictLines } from "../policy_lines.ts";
import { POLICY_COMMAND } from "../policy_argument.ts";

/** The exit code of each decision. */
const EXIT_CODES = { allow: EXIT.ok, approve: EXIT.failed, deny: EXIT.denied } as const;

/** `owllm policy check "<command>"`. */
export const policyCheck = defineCommand<PolicyPlace & Record<string, unknown>, [command: string]>({
  brief: "Judge a command without running it",
  description:
    "Prints the decision, the reasons with the part of the command that each points to, and what " +
    "the command would touch. Ends with 0 for allow, 1 for approve (a person must agree), 4 for deny.",
  examples: [
    `owllm policy check "git log --oneline | head"`,
    `owllm policy check "rm -rf build" --json`,
    `owllm policy check "cat ../x" --cwd src --repo .`,
  ],
  flags: PLACE_FLAGS,
  positional: { kind: "tuple", parameters: [POLICY_COMMAND] },
  async run({ cli, out, flags }, command) {
    const { context } = await loadPolicy(cli, flags, flags);
    const { decide } = await import("../../policy/mod.ts");
    const verdict = decide(command, context);
    cli.setExitCode(EXIT_CODES[verdict.decision]);
    if (out.json) {
      const { cwd, repository } = context;
      return out.printJson({ command, cwd, repository, ...verdict });
    }
    for (const line of verdictLines(command, verdict, out)) out.print(line);
  },
});
