import { byGroup } from "../groups.ts";
import type { ProbeReport, SmokeReport } from "../report.ts";

/** How {@linkcode renderJunit} judges. */
export interface JunitOptions {
  /** Warnings are failures, as under `--strict`. */
  readonly strict?: boolean;
}

interface TestCase {
  readonly name: string;
  readonly seconds: number;
  readonly kind: "passed" | "failure" | "error" | "skipped";
  /** What stands inside `<testcase>`. */
  readonly inner: readonly string[];
}

interface Suite {
  readonly name: string;
  readonly cases: readonly TestCase[];
}

/**
 * The report as JUnit XML: a suite per group, a test case per probe. A run that was interrupted or
 * never began holds a case with an `<error>`, so that a CI never reads it as green.
 */
export function renderJunit(report: SmokeReport, options: JunitOptions = {}): string {
  const suites = byGroup(report.probes).map(({ group, title, items }) => ({
    name: `${group} ${title}`,
    cases: items.map((probe) => probeCase(probe, options.strict ?? false)),
  }));
  const unfinished = runCase(report);
  const all = unfinished === undefined ? suites : [...suites, { name: "Run", cases: [unfinished] }];
  const seconds = report.duration_ms / 1000;
  return [
    `<?xml version="1.0" encoding="UTF-8"?>`,
    `<testsuites name="owllm smoke model" ${counts(all.flatMap(({ cases }) => cases), seconds)}>`,
    ...all.flatMap((suite) => suiteLines(suite, report)),
    `</testsuites>`,
    "",
  ].join("\n");
}

function suiteLines({ name, cases }: Suite, report: SmokeReport): string[] {
  const seconds = cases.reduce((sum, one) => sum + one.seconds, 0);
  const stamp = report.started_at.replace(/(\.\d+)?Z$/, "");
  const classname = attribute(`owllm.smoke.${report.model_id}`);
  return [
    `  <testsuite name=${attribute(name)} ${counts(cases, seconds)} timestamp=${attribute(stamp)}>`,
    ...properties(report),
    ...cases.flatMap((one) => {
      const open = `    <testcase classname=${classname} name=${attribute(one.name)} time="${
        one.seconds.toFixed(3)
      }"`;
      return one.inner.length === 0
        ? [`${open}/>`]
        : [`${open}>`, ...one.inner.map((line) => `      ${line}`), "    </testcase>"];
    }),
    "  </testsuite>",
  ];
}

function properties({ model, server, tier, run_id, owllm_version }: SmokeReport): string[] {
  const facts = {
    model,
    "server.kind": server?.kind,
    "server.version": server?.version,
    tier,
    run_id,
    owllm_version,
  };
  return [
    "    <properties>",
    ...Object.entries(facts).flatMap(([name, value]) =>
      value === undefined || value === null
        ? []
        : [`      <property name="${name}" value=${attribute(value)}/>`]
    ),
    "    </properties>",
  ];
}

function probeCase(probe: ProbeReport, strict: boolean): TestCase {
  const { id, status, ms } = probe;
  const diagnosis = probe.diagnosis ?? "No reason was given";
  const base = { name: id, seconds: ms / 1000 };
  const words = probe.fix === null ? diagnosis : `${diagnosis}\nFix: ${probe.fix}`;
  const measured = measuredOutput(probe);
  if (status === "skip") {
    return { ...base, kind: "skipped", inner: [`<skipped message=${attribute(diagnosis)}/>`] };
  }
  if (status === "fail" || (status === "warn" && strict)) {
    const failure = `<failure type="${status}" message=${attribute(diagnosis)}>${
      text(words)
    }</failure>`;
    return { ...base, kind: "failure", inner: [failure, ...measured] };
  }
  const warning = status === "warn"
    ? [`<system-err>${text(`Warning: ${words}`)}</system-err>`]
    : [];
  return { ...base, kind: "passed", inner: [...measured, ...warning] };
}

/** JUnit wants `system-out` before `system-err` and after the verdict. */
function measuredOutput({ measured }: ProbeReport): string[] {
  const lines = Object.entries(measured).map(([key, value]) => `${key}=${value}`);
  return lines.length === 0 ? [] : [`<system-out>${text(lines.join("\n"))}</system-out>`];
}

/** The case that keeps an unfinished run from looking green. */
function runCase({ status, errors, duration_ms }: SmokeReport): TestCase | undefined {
  if (status !== "error" && status !== "interrupted") return undefined;
  const [first] = errors.filter(({ probe }) => probe === null);
  const message = status === "interrupted" ? "Interrupted" : first?.message ?? "Could not run";
  const words = first?.fix === undefined ? message : `${message}\nFix: ${first.fix}`;
  const error = `<error type="${status}" message=${attribute(message)}>${text(words)}</error>`;
  return { name: "run", seconds: duration_ms / 1000, kind: "error", inner: [error] };
}

function counts(cases: readonly TestCase[], seconds: number): string {
  const of = (kind: TestCase["kind"]) => cases.filter((one) => one.kind === kind).length;
  return `tests="${cases.length}" failures="${of("failure")}" errors="${of("error")}" skipped="${
    of("skipped")
  }" time="${seconds.toFixed(3)}"`;
}

/** Characters that XML 1.0 cannot hold in any form: they are replaced, because models send them. */
// deno-lint-ignore no-control-regex
const FORBIDDEN = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|\p{Surrogate}/gu;

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;", // Also keeps `]]>` out of text.
  '"': "&quot;",
  "\t": "&#9;",
  "\n": "&#10;",
  "\r": "&#13;",
};

function text(value: string): string {
  return value.replaceAll(FORBIDDEN, "\uFFFD").replaceAll(/[&<>\r]/g, (c) => ENTITIES[c] ?? c);
}

function attribute(value: string): string {
  const safe = value.replaceAll(FORBIDDEN, "\uFFFD")
    .replaceAll(/[&<>"\t\n\r]/g, (c) => ENTITIES[c] ?? c);
  return `"${safe}"`;
}
