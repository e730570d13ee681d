import { OwllmError } from "../../core/mod.ts";
import { type AgentFlags, runTask } from "../agent_run.ts";
import { defineCommand } from "../command.ts";
import { MODEL_ID } from "../model_id.ts";
import { TOOLBOX_FLAGS } from "../toolbox.ts";

type Flags = AgentFlags & { readonly model?: string };

/** `owllm run "<task>"`. */
export const runCommand = defineCommand<Flags, [task: string]>({
  brief: "Let a model do a task in a repository, every move judged by code",
  description:
    "Commands run in the sandbox, without a network. What the policy does not allow by " +
    "itself, and every change of a file, is asked at the terminal; where there is none the run is " +
    "saved and waits. Exit codes: 0 answered, 1 gave up or a limit, 3 no server or no sandbox, " +
    "4 waits for an approval, 130 interrupted.",
  examples: [
    'owllm run "List the Python files in this repo"',
    'owllm run "Fix the failing test" --model qwen2.5-coder:7b',
    'owllm run "Which functions have no test?" --approve never --json',
  ],
  flags: {
    ...TOOLBOX_FLAGS,
    model: {
      kind: "parsed",
      parse: MODEL_ID.parse,
      brief: "The model; else model.default, else qwen2.5-coder:14b",
      optional: true,
      placeholder: "MODEL",
    },
    maxSteps: {
      kind: "parsed",
      parse: steps,
      brief: "Most turns of the model",
      default: "25",
      placeholder: "N",
    },
  },
  positional: {
    kind: "tuple",
    parameters: [{
      brief: "What is to be done",
      placeholder: "TASK",
      parse: (text: string) => text,
    }],
  },
  async run(run, task) {
    if (task.trim() === "") {
      throw new OwllmError({
        code: "usage",
        message: "There is nothing to do: the task is empty",
        recoverySuggestion: 'owllm run "List the Python files in this repo"',
      });
    }
    await runTask(run, { task, model: run.flags.model });
  },
});

/** A number of steps. */
export function steps(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count > 0 && count <= 1_000) return count;
  throw new OwllmError({
    code: "usage",
    message: `"${text}" is no number of steps`,
    recoverySuggestion: "Give a whole number from 1 to 1000",
  });
}
