import { OwllmError } from "../../core/mod.ts";
import type { KeyFact, SmokeReport } from "../../smoke/mod.ts";
import { defineCommand } from "../command.ts";
import { openStateFor } from "../load.ts";
import { MODEL_ID } from "../model_id.ts";
import { mark } from "../probe_lines.ts";
import { runsOf } from "../stored_runs.ts";
import { printable, wrap } from "../text_width.ts";

/** The facts of a run that one line has room for. */
const SHOWN = new Map([
  ["Context real", "context"],
  ["First token", "first token"],
  ["Prefill", "prefill"],
  ["Decode", "decode"],
]);

// An alias, and not an interface: stricli wants to see the flags as a record.
type Flags = { readonly limit: number };

/** `owllm smoke history <id>`. */
export const smokeHistory = defineCommand<Flags, [id: string]>({
  brief: "List the stored smoke runs of a model, the newest first",
  examples: [
    "owllm smoke history qwen2.5-coder:7b",
    "owllm smoke history smollm2 --limit 3 --json",
  ],
  flags: {
    limit: { kind: "parsed", parse: count, brief: "Most runs", default: "10", placeholder: "N" },
  },
  positional: {
    kind: "tuple",
    parameters: [MODEL_ID],
  },
  async run({ cli, out, flags }, id) {
    using state = await openStateFor(cli, flags, "existing");
    const { countStatuses, describeCounts, keyFacts, reportOfRecord } = await import(
      "../../smoke/mod.ts"
    );
    const reports = runsOf(state, id, flags.limit).map((run) => reportOfRecord(run));
    if (out.json) return out.printJson({ model_id: id, runs: reports.map(headOf) });
    for (const report of reports) {
      const { server, status, tier } = report;
      const when = report.started_at.slice(0, 16).replace("T", " ");
      const sign = status === "error" || status === "interrupted" ? "–" : mark(status, out.style);
      const counts = describeCounts(countStatuses(report.probes));
      const what = [server?.kind, server?.version].filter(Boolean).join(" ");
      out.print(`${sign} ${out.style.bold(when)}  ${status}  ${report.run_id ?? ""}`);
      const line = [printable(what), tier, counts, ...shown(keyFacts(report))].join(", ");
      for (const part of wrap(line, out.columns - 2)) out.print(`  ${part}`);
    }
  },
});

function count(value: string): number {
  const number = Number(value);
  if (Number.isInteger(number) && number > 0 && number <= 10_000) return number;
  throw new OwllmError({
    code: "usage",
    message: `"${value}" is no number of runs`,
    recoverySuggestion: "Give a whole number from 1 on: --limit 10",
  });
}

function shown(facts: readonly KeyFact[]): string[] {
  return facts.flatMap(({ label, value, known }) => {
    const name = SHOWN.get(label);
    return name !== undefined && known ? [`${name} ${value}`] : [];
  });
}

/** A run without its probes' words; their numbers stay. */
function headOf(report: SmokeReport) {
  const { run_id, started_at, duration_ms, status, tier, server, owllm_version, probes } = report;
  const numbers = Object.fromEntries(probes.map(({ id, measured }) => [id, measured]));
  const statuses = Object.fromEntries(probes.map(({ id, status }) => [id, status]));
  return {
    run_id,
    started_at,
    duration_ms,
    status,
    tier,
    server,
    owllm_version,
    statuses,
    numbers,
  };
}
