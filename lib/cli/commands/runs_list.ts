import { standingOf } from "../agent_runs.ts";
import { defineCommand } from "../command.ts";
import { openStateFor } from "../load.ts";
import { tableLines } from "../table.ts";
import { printable, truncate } from "../text_width.ts";

/** Most runs that are listed. */
const MOST = 50;

/** `owllm runs list`. */
export const runsList = defineCommand({
  brief: "List the runs of the agent, the newest first",
  examples: ["owllm runs list", "owllm runs list --json"],
  flags: {},
  positional: { kind: "tuple", parameters: [] },
  async run({ cli, out, flags }) {
    using state = await openStateFor(cli, flags);
    const runs = state.agentRuns.list({ limit: MOST });
    if (out.json) {
      return out.printJson({
        runs: runs.map((run) => ({
          run_id: run.id,
          created_at: run.createdAt,
          model_id: run.modelId,
          repository: run.repository,
          task: run.task,
          end: run.end,
          steps: run.totals.steps,
          calls: run.totals.calls,
        })),
      });
    }
    if (runs.length === 0) return out.print('Nothing was run yet: owllm run "TASK"');
    const columns = ["RUN", "WHEN", "MODEL", "STEPS", "END", "TASK"].map((title) => ({ title }));
    const rows = runs.map((run) => [
      run.id,
      run.createdAt.slice(0, 16).replace("T", " "),
      printable(run.modelId),
      String(run.totals.steps),
      standingOf(run),
      truncate(printable(run.task), 40),
    ]);
    for (const line of tableLines(columns, rows, out)) out.print(line);
  },
});
