import type { AgentMessage } from "../../agent/mod.ts";
import { runById, standingOf } from "../agent_runs.ts";
import { defineCommand } from "../command.ts";
import { openStateFor } from "../load.ts";
import { printable, truncate } from "../text_width.ts";

/** `owllm runs show [run]`. */
export const runsShow = defineCommand<Record<never, never>, [run?: string]>({
  brief: "Show a run: the task, every call with its result, and the answer",
  examples: ["owllm runs show", "owllm runs show run_1k7u --json"],
  flags: {},
  positional: {
    kind: "tuple",
    parameters: [{
      brief: "An id of owllm runs list, or the beginning of one; else the newest",
      placeholder: "RUN",
      parse: (text: string): string => text,
      optional: true,
    }],
  },
  async run({ cli, out, flags }, typed = "last") {
    using state = await openStateFor(cli, flags);
    const run = runById(state, typed);
    if (out.json) {
      const { id, createdAt, modelId, repository, task, end, answer, cause, totals, messages } =
        run;
      return out.printJson({
        run_id: id,
        created_at: createdAt,
        model_id: modelId,
        ...{ repository, task, end, answer, cause, totals, messages },
      });
    }
    const { style, columns } = out;
    out.print(`${style.bold(run.id)}  ${standingOf(run)}  ${printable(run.modelId)}`);
    out.print(`${printable(run.task)}  in ${printable(run.repository)}`);
    for (const message of run.messages as readonly AgentMessage[]) {
      for (const line of linesOf(message)) out.print(truncate(line, columns));
    }
    if (run.cause !== null) out.print(run.cause);
    if (run.end === null || run.end === "paused") out.note(`Go on: owllm resume ${run.id}`);
  },
});

function linesOf(message: AgentMessage): string[] {
  switch (message.role) {
    case "system":
    case "user":
      return [];
    case "assistant":
      return [
        ...message.text.trim() === "" ? [] : [printable(message.text)],
        ...message.call === undefined
          ? []
          : [`  ${message.call.name} ${printable(message.call.argumentsJson)}`],
      ];
    case "tool":
      return [`    ${printable(message.text)}`];
  }
}
