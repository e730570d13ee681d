import { EXIT, messageOf, OwllmError } from "../../core/mod.ts";
import { defineCommand } from "../command.ts";
import type { Output } from "../output.ts";
import { loadPolicy, PLACE_FLAGS, type PolicyPlace } from "../policy_context.ts";
import {
  type CorpusCounts,
  type CorpusScore,
  parseCorpus,
  scoreCorpus,
  type Wrong,
} from "../policy_corpus.ts";
import { visible } from "../policy_excerpt.ts";
import { decisionPaint } from "../policy_lines.ts";
import { tableLines } from "../table.ts";
import { printable, truncate } from "../text_width.ts";

/** `owllm policy test FILE`. */
export const policyTest = defineCommand<PolicyPlace & Record<string, unknown>, [file: string]>({
  brief: "Judge every command of a file and count what is wrong",
  description:
    "The file has a row for each command: command, expected decision with alternatives joined by " +
    '"|", category, why; separated by tabs, with \\\\ \\n \\t \\r escaped in the first column. ' +
    "Fail-open: allowed, though it must not be. False alarm: not allowed, though only that is right. " +
    "Ends with 1 when any row is wrong.",
  examples: ["owllm policy test commands.tsv", "owllm policy test commands.tsv --json --repo ."],
  flags: PLACE_FLAGS,
  positional: {
    kind: "tuple",
    parameters: [{ brief: "The file with the commands", parse: String, placeholder: "FILE" }],
  },
  async run({ cli, out, flags }, file) {
    const rows = parseCorpus(await readFile(file), file);
    const { context } = await loadPolicy(cli, flags, flags);
    const { decide } = await import("../../policy/mod.ts");
    const score = scoreCorpus(rows, (command) => decide(command, context).decision);
    if (score.wrong.length > 0) cli.setExitCode(EXIT.failed);
    if (out.json) return out.printJson(toJson(file, score));
    printScore(out, file, score);
  },
});

async function readFile(file: string): Promise<string> {
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    throw new OwllmError({
      code: "not_found",
      message: `Cannot read the file "${file}": ${messageOf(error)}`,
      recoverySuggestion: "Name a file that is there and may be read",
      cause: error,
    });
  }
}

function toJson(file: string, { categories, wrong, ...counts }: CorpusScore) {
  return {
    file,
    ...countsJson(counts),
    categories: categories.map(({ category, ...of }) => ({ category, ...countsJson(of) })),
    wrong,
  };
}

function countsJson({ rows, exact, failOpen, falseAlarms, harmless }: CorpusCounts) {
  return { rows, exact, fail_open: failOpen, false_alarms: falseAlarms, harmless };
}

const WORDS: Readonly<Record<Wrong, string>> = {
  fail_open: "fail-open",
  false_alarm: "false alarm",
  other: "wrong",
};

function printScore(out: Output, file: string, score: CorpusScore): void {
  const { style } = out;
  for (const { line, wrong, decision, expected, command, why } of score.wrong) {
    const paint = decisionPaint(style, wrong === "fail_open" ? "deny" : "approve");
    const said = `${decision}, expected ${expected.join("|")}`;
    out.print(`${file}:${line}  ${paint(WORDS[wrong])}: ${said}  ${style.dim(printable(why))}`);
    out.print(`  ${truncate(visible(command), out.columns - 2)}`);
  }
  const row = (name: string, { rows, exact, failOpen, falseAlarms, harmless }: CorpusCounts) => [
    printable(name),
    String(rows),
    String(exact),
    String(failOpen),
    `${falseAlarms}${harmless === 0 ? "" : ` of ${harmless}`}`,
  ];
  const lines = tableLines(
    [
      { title: "CATEGORY" },
      { title: "ROWS", align: "right" },
      { title: "EXACT", align: "right" },
      { title: "FAIL-OPEN", align: "right" },
      { title: "FALSE ALARMS", align: "right" },
    ],
    [
      ...score.categories.map((counts) => row(counts.category, counts)),
      row("all", score),
    ],
    out,
  );
  for (const line of lines) out.print(line);
}
