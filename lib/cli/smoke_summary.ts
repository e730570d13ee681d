import type { KeyFact, RankedFix, SmokeReport, Verdict } from "../smoke/mod.ts";
import type { Output } from "./output.ts";
import { type LineOptions, mark } from "./probe_lines.ts";
import { padEnd, printable, verbatim, wrap } from "./text_width.ts";

/** What {@linkcode summaryLines} shows. */
export interface Summary {
  readonly report: SmokeReport;
  readonly verdict: Verdict;
  /** E.g. `31 pass, 2 warn in 21.4 s`. */
  readonly counts: string;
  readonly facts: readonly KeyFact[];
  readonly fixes: readonly RankedFix[];
}

/** The verdict, what matters as a table, and the fixes in order of effect. Pure. */
export function summaryLines(summary: Summary, options: LineOptions): string[] {
  const { report, verdict, counts, facts, fixes } = summary;
  const { style, columns } = options;
  const tone = report.status === "pass"
    ? style.green
    : report.status === "fail" || report.status === "error"
    ? style.red
    : style.yellow;
  const head = wrap(`${printable(report.model_id)}: ${verdict.title}`, columns)
    .map((line) => style.bold(tone(line)));
  const sentence = fixes.length > 0 ? [] : wrap(printable(verdict.sentence), columns);
  return [
    ...head,
    ...sentence,
    ...wrap(counts, columns).map(style.dim),
    "",
    ...factLines(facts, options),
    ...fixLines(summary, options),
  ];
}

function factLines(facts: readonly KeyFact[], { columns, style }: LineOptions): string[] {
  const labels = Math.max(...facts.map(({ label }) => label.length));
  return facts.flatMap(({ label, value, known, status }) => {
    const sign = known ? mark(status, style) : " ";
    const [first = "", ...rest] = wrap(printable(value), columns - labels - 6);
    const indent = " ".repeat(labels + 6);
    return [`  ${padEnd(label, labels)}  ${sign} ${known ? style.bold(first) : style.dim(first)}`]
      .concat(rest.map((line) => `${indent}${known ? line : style.dim(line)}`));
  });
}

/** A fix is never broken into lines: it stands alone, so that it can be copied as it is. */
function fixLines({ report, fixes }: Summary, { columns, style }: LineOptions): string[] {
  if (fixes.length === 0) return [];
  const items = fixes.flatMap(({ fix, probes, status }, index) => {
    const why = report.probes.find(({ id }) => id === probes[0])?.diagnosis ?? "";
    const words = wrap(`${index + 1}. ${printable(why)}`, columns);
    const paint = status === "fail" ? style.red : style.yellow;
    return ["", ...words.map(paint), style.bold(verbatim(fix))];
  });
  return ["", style.bold("What to do, most effect first"), ...items];
}

/** Prints the summary of a report on stdout. */
export async function printSummary(out: Output, report: SmokeReport): Promise<void> {
  const { countStatuses, describeCounts, formatMs, keyFacts, rankFixes, verdictOf } = await import(
    "../smoke/mod.ts"
  );
  const took = `${describeCounts(countStatuses(report.probes))} in ${formatMs(report.duration_ms)}`;
  const summary = {
    report,
    verdict: verdictOf(report),
    counts: report.run_id === null ? took : `${took}, run ${report.run_id}`,
    facts: keyFacts(report),
    fixes: rankFixes(report.probes),
  };
  for (const line of summaryLines(summary, out)) out.print(line);
}
