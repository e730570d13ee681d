import type { RunHead, SmokeDiff } from "../../smoke/mod.ts";
import { defineCommand } from "../command.ts";
import { openStateFor } from "../load.ts";
import { MODEL_ID } from "../model_id.ts";
import type { Output } from "../output.ts";
import { runsToCompare } from "../stored_runs.ts";
import { printable, verbatim, wrap } from "../text_width.ts";

/** `owllm smoke diff A [B]`. */
export const smokeDiff = defineCommand<
  Readonly<Record<never, never>>,
  [first: string, second?: string]
>({
  brief: "Show what changed between two smoke runs",
  description:
    "With one argument, the last two runs of that model; with two, the runs of these ids, the " +
    "older one first. Numbers are shown when they moved by more than 20 %.",
  examples: ["owllm smoke diff qwen2.5-coder:7b", "owllm smoke diff smoke_A smoke_B --json"],
  flags: {},
  positional: {
    kind: "tuple",
    parameters: [
      { ...MODEL_ID, brief: "Id of a model, or of a run", placeholder: "A" },
      { brief: "Id of the newer run", parse: String, placeholder: "B", optional: true },
    ],
  },
  async run({ cli, out, flags }, first, second) {
    using state = await openStateFor(cli, flags, "existing");
    const { diffRuns, formatLabel, formatMeasured } = await import("../../smoke/mod.ts");
    const diff = diffRuns(...runsToCompare(state, first, second));
    if (out.json) return out.printJson(diff);
    printDiff(out, diff, { label: formatLabel, value: formatMeasured });
  },
});

function printDiff(
  out: Output,
  diff: SmokeDiff,
  format: { label(key: string): string; value(key: string, value: number): string },
): void {
  const { style } = out;
  const tone = (better: boolean | null) =>
    better === null ? style.yellow : better ? style.green : style.red;
  out.print(`from ${describe(diff.a)}`);
  out.print(`to   ${describe(diff.b)}`);
  if (diff.server_changed !== null) {
    const { from, to } = diff.server_changed;
    out.print(style.bold(`server  ${printable(from)} -> ${printable(to)}`));
  }
  for (const { id, from, to, better, diagnosis, fix } of diff.changed) {
    out.print(`${tone(better)(`${from} -> ${to}`)}  ${id}`);
    if (diagnosis !== null) {
      for (const line of wrap(printable(diagnosis), out.columns - 4)) out.print(`    ${line}`);
    }
    if (fix !== null) out.print(verbatim(fix));
  }
  for (const { id, key, from, to, percent, better } of diff.moved) {
    const change = percent === null ? "" : `  ${percent > 0 ? "+" : ""}${percent} %`;
    const name = `${id} ${printable(format.label(key))}`;
    out.print(
      `${name}  ${tone(better)(`${format.value(key, from)} -> ${format.value(key, to)}${change}`)}`,
    );
  }
  if (diff.added.length > 0) out.print(`only in the newer run: ${diff.added.join(", ")}`);
  if (diff.lost.length > 0) out.print(`only in the older run: ${diff.lost.join(", ")}`);
  const { changed, moved, added, lost, server_changed: server } = diff;
  if ([...changed, ...moved, ...added, ...lost].length === 0 && server === null) {
    out.print("Nothing changed");
  }
}

function describe({ run_id, model_id, started_at, tier, status }: RunHead): string {
  const when = started_at.slice(0, 16).replace("T", " ");
  return `${when}  ${printable(model_id)}  ${tier}  ${status}  ${run_id}`;
}
