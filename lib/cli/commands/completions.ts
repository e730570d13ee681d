import { OwllmError } from "../../core/mod.ts";
import { defineCommand } from "../command.ts";
import { completionScript, SHELLS } from "../completion_scripts.ts";

/** `owllm completions SHELL`. */
export const completions = defineCommand<Readonly<Record<never, never>>, [string]>({
  brief: "Print the script that lets a shell complete owllm's commands, flags and models",
  examples: [
    `eval "$(owllm completions bash)"   # in ~/.bashrc`,
    `eval "$(owllm completions zsh)"    # in ~/.zshrc, after compinit`,
    "owllm completions fish > ~/.config/fish/completions/owllm.fish",
  ],
  flags: {},
  positional: {
    kind: "tuple",
    parameters: [{
      brief: SHELLS.join(", "),
      placeholder: "SHELL",
      parse: (text: string) => text,
      proposeCompletions: () => SHELLS,
    }],
  },
  run({ out }, name) {
    const shell = SHELLS.find((known) => known === name);
    if (shell === undefined) {
      throw new OwllmError({
        code: "usage",
        message: `There is no completion script for "${name}"`,
        recoverySuggestion: `Name one of ${SHELLS.join(", ")}`,
      });
    }
    const script = completionScript(shell);
    if (out.json) out.printJson({ shell, script });
    else out.raw(script);
    return Promise.resolve();
  },
});
