import { OwllmError } from "../../core/mod.ts";
import type { TraceSessionRecord, TracesTable } from "../../state/mod.ts";
import type { TraceOutline } from "../../trace/mod.ts";
import { defineCommand, type Run } from "../command.ts";
import { printable, truncate, wrap } from "../text_width.ts";
import { sessionJson } from "../trace_json.ts";
import {
  formatCost,
  formatCount,
  formatDuration,
  formatStatus,
  formatWhen,
  openRemark,
  sessionMs,
  showCommand,
} from "../trace_lines.ts";
import { TraceTree } from "../trace_tree.ts";
import { openTracesFor, RUN, traceById, TRACES_FLAGS, type TracesFlags } from "../traces.ts";

// An alias, and not an interface: stricli wants to see the flags as a record.
type Flags = TracesFlags & { readonly full: boolean; readonly step?: number };

/** Of each text so many characters are read, unless all is asked for: more than a line shows. */
const SHORT_TEXT = 400;

/** `owllm trace show RUN`. */
export const traceShow = defineCommand<Flags, [run: string]>({
  brief: "Show a traced session as a tree: steps, model calls, tool calls, messages",
  description:
    "Each text is shortened to a line, and a message that a later request repeats is shown once. " +
    "--full shows every text whole, with parameters, states and metadata.",
  examples: [
    "owllm trace show last",
    "owllm trace show session_1a2b --step 3 --full",
    "owllm trace show last --json",
  ],
  flags: {
    ...TRACES_FLAGS,
    full: { kind: "boolean", brief: "Everything, uncut", default: false, withNegated: false },
    step: {
      kind: "parsed",
      parse: stepNumber,
      brief: "Only this step, by the number that show prints",
      optional: true,
      placeholder: "N",
    },
  },
  positional: { kind: "tuple", parameters: [RUN] },
  async run(run, typed) {
    const { cli, out, flags } = run;
    using state = await openTracesFor(cli, flags);
    const record = traceById(state.traces, typed);
    if (flags.step !== undefined) assertStep(state.traces, record, flags.step);
    const { outlineOf } = await import("../../trace/mod.ts");
    const outline = outlineOf(state.traces, record, {
      step: flags.step,
      characters: flags.full ? undefined : SHORT_TEXT,
    });
    if (out.json) {
      return out.printJson({
        session: sessionJson(record),
        error: outline.error,
        open: record.status === null,
        parts: outline.parts,
      });
    }
    printOutline(run, outline);
  },
});

function stepNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new OwllmError({
    code: "usage",
    message: `"${text}" is no number of a step`,
    recoverySuggestion: "Give a whole number from 0 on: --step 0",
  });
}

function assertStep(traces: TracesTable, { id }: TraceSessionRecord, step: number): void {
  const steps = traces.steps(id).map(({ stepIndex }) => stepIndex);
  if (steps.includes(step)) return;
  const [first] = steps;
  throw new OwllmError({
    code: "not_found",
    message: `There is no step ${step} in "${id}"`,
    recoverySuggestion: first === undefined
      ? `It has no steps: owllm trace show ${id}`
      : `It has the steps ${first} to ${steps.at(-1)}`,
  });
}

function printOutline({ cli, out, flags }: Run<Flags>, outline: TraceOutline): void {
  const { record } = outline;
  const tree = new TraceTree({ style: out.style, columns: out.columns, full: flags.full });
  for (const { step, item } of outline.parts) {
    if (step !== undefined) tree.step(step);
    else tree.item(item);
  }
  const lines = [...headLines(out, outline), "", ...tree.lines];
  if (record.status === null) {
    const remark = `-- no end: ${openRemark(record, cli.clock.now())} --`;
    lines.push(...wrap(remark, out.columns).map(out.style.yellow));
  }
  // One write, because a long session has tens of thousands of lines.
  out.print(lines.join("\n"));
  if (tree.shortened) {
    const { step, traceDb } = flags;
    out.note(
      `Texts are shortened; whole: ${showCommand(record.id, { step, full: true, traceDb })}`,
    );
  }
}

function headLines({ style, columns }: Run<Flags>["out"], outline: TraceOutline): string[] {
  const { record, error } = outline;
  const id = style.bold(printable(record.id));
  const counts = [
    formatWhen(record.createdUs / 1e6),
    formatDuration(sessionMs(record)),
    printable(record.model ?? ""),
    counted(record.steps, "step"),
    counted(record.events, "event"),
    counted(record.messages, "message"),
    counted(record.spans, "span"),
    counted(record.toolCalls, "tool call"),
    counted(record.errors, "error"),
    record.inputTokens + record.outputTokens === 0
      ? ""
      : `${formatCount(record.inputTokens)} tokens in, ${formatCount(record.outputTokens)} out`,
    record.costUsd === null ? "" : formatCost(record.costUsd),
  ].filter(Boolean).join(", ");
  const told = Object.entries(record.metadata as Readonly<Record<string, unknown>>).map(
    ([key, value]) => `${key}: ${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  if (record.tags.length > 0) told.push(`tags: ${record.tags.join(", ")}`);
  if (record.pinned) told.push("pinned");
  return [
    `${id}  ${printable(record.kind)}  ${formatStatus(record.status, style)}`,
    ...wrap(counts, columns),
    ...told.map((line) => style.dim(truncate(printable(line), columns))),
    ...error === null
      ? []
      : wrap(printable(`error ${error.type}: ${error.message}`), columns).map(style.red),
  ];
}

function counted(count: number, what: string): string {
  return count === 0 ? "" : `${formatCount(count)} ${what}${count === 1 ? "" : "s"}`;
}
