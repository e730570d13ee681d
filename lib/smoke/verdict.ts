import { rankFixes } from "./fix_order.ts";
import type { ProbeReport, SmokeReport } from "./report.ts";

/** How many probes ended how. */
export type StatusCounts = Readonly<Record<ProbeReport["status"], number>>;

/** Counts probes by status. */
export function countStatuses(probes: readonly Pick<ProbeReport, "status">[]): StatusCounts {
  const of = (status: ProbeReport["status"]) =>
    probes.filter((one) => one.status === status).length;
  return { pass: of("pass"), warn: of("warn"), fail: of("fail"), skip: of("skip") };
}

/** `31 pass, 2 warn, 1 fail`, without what is zero. */
export function describeCounts(counts: StatusCounts): string {
  return Object.entries(counts).filter(([, count]) => count > 0)
    .map(([status, count]) => `${count} ${status}`).join(", ") || "nothing judged";
}

/** A run in words. */
export interface Verdict {
  /** A few words: `Works`, `Works, with 2 warnings`, `3 of 34 checks failed`. */
  readonly title: string;
  /** The thing that matters most; empty when all is well. */
  readonly sentence: string;
}

/** The verdict in words, led by what hurts an agent most. */
export function verdictOf(report: SmokeReport): Verdict {
  const { fail, warn, pass } = countStatuses(report.probes);
  const [worst] = rankFixes(report.probes);
  const sentence = report.probes.find(({ id }) => id === worst?.probes[0])?.diagnosis ?? "";
  switch (report.status) {
    case "error":
      return { title: "Could not be tested", sentence: report.errors[0]?.message ?? "" };
    case "interrupted":
      return { title: `Interrupted after ${plural(report.probes.length, "check")}`, sentence };
    case "fail":
      return { title: `${fail} of ${plural(fail + warn + pass, "check")} failed`, sentence };
    case "warn":
      return warn === 0
        ? { title: "Nothing could be judged", sentence: "" }
        : { title: `Works, with ${plural(warn, "warning")}`, sentence };
    case "pass":
      return { title: "Works", sentence: `All ${plural(pass, "check")} passed` };
  }
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
