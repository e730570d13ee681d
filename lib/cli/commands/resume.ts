import { OwllmError } from "../../core/mod.ts";
import { type AgentFlags, runTask } from "../agent_run.ts";
import { runById } from "../agent_runs.ts";
import { defineCommand } from "../command.ts";
import { openStateFor } from "../load.ts";
import { TOOLBOX_FLAGS } from "../toolbox.ts";
import { steps } from "./run.ts";

/** `owllm resume [run]`. */
export const resume = defineCommand<AgentFlags, [run?: string]>({
  brief: "Go on with a run after an approval, Ctrl-C, a crash or a reboot",
  description: "Without a run it takes the newest. It goes on at the call that it stopped at.",
  examples: ["owllm resume", "owllm resume run_1k7u --max-steps 50"],
  flags: {
    ...TOOLBOX_FLAGS,
    maxSteps: {
      kind: "parsed",
      parse: steps,
      brief: "Most turns of the model, those before included",
      default: "25",
      placeholder: "N",
    },
  },
  positional: {
    kind: "tuple",
    parameters: [{
      brief: "An id of owllm runs list, or the beginning of one",
      placeholder: "RUN",
      parse: (text: string): string => text,
      optional: true,
    }],
  },
  async run(run, typed = "last") {
    using state = await openStateFor(run.cli, run.flags);
    const record = runById(state, typed);
    if (record.end === "answered") {
      throw new OwllmError({
        code: "usage",
        message: `The run "${record.id}" is done: there is nothing to go on with`,
        recoverySuggestion: `Its answer: owllm runs show ${record.id}`,
      });
    }
    const flags = { ...run.flags, repo: record.repository };
    await runTask({ ...run, flags }, { resume: record });
  },
});
