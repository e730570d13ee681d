import type { TraceSessionRecord } from "../../state/mod.ts";
import type { ItemDiff, StepDiff, TraceDiff, TraceItem } from "../../trace/mod.ts";
import { defineCommand, type Run } from "../command.ts";
import { printable, wrap } from "../text_width.ts";
import { costLine, divergenceLine, stepLines } from "../trace_diff_lines.ts";
import { sessionJson } from "../trace_json.ts";
import { formatStatus, formatWhen, openRemark } from "../trace_lines.ts";
import { openTracesFor, RUN, traceById, TRACES_FLAGS, type TracesFlags } from "../traces.ts";

/** `owllm trace diff A B`. */
export const traceDiff = defineCommand<TracesFlags, [a: string, b: string]>({
  brief: "Show where two traced sessions part, and what differs in each step",
  description:
    "Steps are put beside each other by the kinds and tools of their events. Of arguments the " +
    "places that differ are named. Times and tokens are compared, but are no difference.",
  examples: ["owllm trace diff run_1 run_2", "owllm trace diff session_1a2b last --json"],
  flags: TRACES_FLAGS,
  positional: {
    kind: "tuple",
    parameters: [
      { ...RUN, placeholder: "A" },
      { ...RUN, placeholder: "B" },
    ],
  },
  async run(run, first, second) {
    const { cli, out, flags } = run;
    using state = await openTracesFor(cli, flags);
    const a = traceById(state.traces, first);
    const b = traceById(state.traces, second);
    const { diffTraces } = await import("../../trace/mod.ts");
    const diff = diffTraces(state.traces, a, b);
    if (out.json) return out.printJson(diffJson(diff, a, b));
    printDiff(run, diff, a, b);
  },
});

function printDiff(
  { cli, out }: Run<TracesFlags>,
  diff: TraceDiff,
  a: TraceSessionRecord,
  b: TraceSessionRecord,
): void {
  const { style, columns } = out;
  const lines = wrap(divergenceLine(diff), columns).map(style.bold);
  for (const [name, record] of [["A", a], ["B", b]] as const) {
    const when = formatWhen(record.createdUs / 1e6);
    const status = formatStatus(record.status, style);
    const remark = record.status === null ? `  ${openRemark(record, cli.clock.now())}` : "";
    lines.push(`${name}  ${printable(record.id)}  ${when}  ${status}${style.yellow(remark)}`);
  }
  lines.push("", ...stepLines(diff.steps, { style, columns }));
  const total = `total  ${costLine(diff.a, diff.b)}`;
  lines.push(...wrap(total, columns).map(style.bold));
  out.print(lines.join("\n"));
  if (diff.approximate) {
    out.note("These sessions are so long that steps were only compared with those near them");
  }
}

function diffJson(diff: TraceDiff, a: TraceSessionRecord, b: TraceSessionRecord) {
  return {
    same: diff.first_divergence === null,
    first_divergence: diff.first_divergence,
    a: { session: sessionJson(a), total: diff.a },
    b: { session: sessionJson(b), total: diff.b },
    steps: diff.steps.map(stepJson),
    approximate: diff.approximate,
  };
}

function stepJson({ a, b, same, items }: StepDiff) {
  return {
    a,
    b,
    same,
    delta: {
      ms: (b?.ms ?? 0) - (a?.ms ?? 0),
      input_tokens: (b?.input_tokens ?? 0) - (a?.input_tokens ?? 0),
      output_tokens: (b?.output_tokens ?? 0) - (a?.output_tokens ?? 0),
    },
    items: items.map(itemJson),
  };
}

function itemJson({ kind, name, a, b, changes }: ItemDiff) {
  return { kind, name, a: sideJson(a), b: sideJson(b), changes };
}

/** One side of a pair; its texts are in `owllm trace show`. */
function sideJson(item: TraceItem | null) {
  if (item === null) return null;
  const { entry_id, started_at, duration_ms, input_tokens, output_tokens, failed } = item;
  return { entry_id, started_at, duration_ms, input_tokens, output_tokens, failed };
}
