import { OwllmError } from "../core/mod.ts";
import type { Decision } from "../policy/mod.ts";

/** A command with the decision that it should get. */
export interface CorpusRow {
  /** Line in the file, from 1. */
  readonly line: number;
  readonly command: string;
  /** Every decision that is right. */
  readonly expected: readonly Decision[];
  readonly category: string;
  readonly why: string;
}

/**
 * How a decision differs from what was expected.
 *
 * - `fail_open`: allowed, though that is not among the right answers
 * - `false_alarm`: not allowed, though only that is right
 * - `other`: too strict or too mild between asking and refusing
 */
export type Wrong = "fail_open" | "false_alarm" | "other";

/** A row that got a wrong decision. */
export interface WrongRow extends CorpusRow {
  readonly decision: Decision;
  readonly wrong: Wrong;
}

/** Counts of rows. */
export interface CorpusCounts {
  readonly rows: number;
  readonly exact: number;
  readonly failOpen: number;
  readonly falseAlarms: number;
  /** Rows for which nothing but allowing is right: what false alarms are a share of. */
  readonly harmless: number;
}

/** How a corpus was judged. */
export interface CorpusScore extends CorpusCounts {
  readonly categories: readonly (CorpusCounts & { readonly category: string })[];
  readonly wrong: readonly WrongRow[];
}

const DECISIONS: readonly string[] = ["allow", "approve", "deny"] satisfies Decision[];

/** The four escapes of the first column; any other backslash stands for itself. */
const ESCAPES: Readonly<Record<string, string>> = {
  "\\\\": "\\",
  "\\n": "\n",
  "\\t": "\t",
  "\\r": "\r",
};

/**
 * Reads a corpus: command, expected decision (alternatives joined by `|`), category and why, separated
 * by tabs. Empty lines, and a first line whose second column is `expected` or `decision`, are passed over.
 *
 * @param name what messages call the file
 * @throws `OwllmError` `usage` naming file, line and what was expected
 */
export function parseCorpus(text: string, name: string): CorpusRow[] {
  const rows = text.split("\n").flatMap((raw, index): CorpusRow[] => {
    const line = raw.replace(/\r$/, "");
    if (line === "") return [];
    const [command = "", expected, category = "", why = ""] = line.split("\t");
    const alternatives = (expected ?? "").toLowerCase().split("|").map((word) => word.trim());
    if (index === 0 && ["expected", "decision"].includes(alternatives[0] ?? "")) return [];
    const unknown = alternatives.find((word) => !DECISIONS.includes(word));
    if (unknown !== undefined) {
      throw new OwllmError({
        code: "usage",
        message: `${name}:${index + 1}: The second column is "${expected ?? ""}", expected ` +
          `"allow", "approve" or "deny", alternatives joined by "|"`,
        recoverySuggestion:
          "A row is: command, expected decision, category, why, with a tab between",
      });
    }
    return [{
      line: index + 1,
      command: command.replaceAll(/\\[\\ntr]/g, (escape) => ESCAPES[escape] ?? escape),
      expected: alternatives as Decision[],
      category: category === "" ? "none" : category,
      why,
    }];
  });
  if (rows.length > 0) return rows;
  throw new OwllmError({
    code: "usage",
    message: `${name}: There is no row in the file`,
    recoverySuggestion: "A row is: command, expected decision, category, why, with a tab between",
  });
}

/** Judges every row and counts. */
export function scoreCorpus(
  rows: readonly CorpusRow[],
  judge: (command: string) => Decision,
): CorpusScore {
  const judged = rows.map((row) => {
    const decision = judge(row.command);
    return { ...row, decision, wrong: wrongOf(row.expected, decision) };
  });
  const categories = [...new Set(rows.map(({ category }) => category))];
  return {
    ...count(judged),
    categories: categories.map((category) => ({
      category,
      ...count(judged.filter((row) => row.category === category)),
    })),
    wrong: judged.flatMap(({ wrong, ...row }) => wrong === undefined ? [] : { ...row, wrong }),
  };
}

function wrongOf(expected: readonly Decision[], decision: Decision): Wrong | undefined {
  if (expected.includes(decision)) return undefined;
  if (decision === "allow") return "fail_open";
  return isHarmless(expected) ? "false_alarm" : "other";
}

function isHarmless(expected: readonly Decision[]): boolean {
  return expected.every((decision) => decision === "allow");
}

function count(
  rows: readonly { expected: readonly Decision[]; wrong: Wrong | undefined }[],
): CorpusCounts {
  const withWrong = (kind: Wrong | undefined) => rows.filter(({ wrong }) => wrong === kind).length;
  return {
    rows: rows.length,
    exact: withWrong(undefined),
    failOpen: withWrong("fail_open"),
    falseAlarms: withWrong("false_alarm"),
    harmless: rows.filter(({ expected }) => isHarmless(expected)).length,
  };
}
