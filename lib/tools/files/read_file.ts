import { z } from "zod";
import { ValidationError } from "../failure.ts";
import { defineTool } from "../tool.ts";
import { truncate } from "../truncate.ts";
import { show } from "./paths.ts";
import { readText } from "./read.ts";
import { refuseSecret } from "./secrets.ts";

const MAX_LINES = 500;
const MAX_CHARS = 20_000;

/** `read_file`: a text file or a range of its lines, with line numbers. */
export function createReadFile(root: string) {
  return defineTool({
    name: "read_file",
    description: "Read a text file, or the lines from start to end. Lines are numbered from 1.",
    effect: "read",
    schema: z.strictObject({
      path: z.string(),
      start: z.int().min(1).optional().describe("First line"),
      end: z.int().min(1).optional().describe("Last line"),
    }),
    async run({ path, start, end }) {
      const { relative, text } = await readText(root, path);
      refuseSecret(relative);
      const lines = linesOf(text);
      const [first, last] = validateRange(lines.length, relative, start, end);
      const width = String(last).length;
      const numbered = lines.slice(first - 1, last)
        .map((line, index) => `${String(first + index).padStart(width)} ${line}`);
      const [shown, truncated] = truncate(numbered.join("\n"), {
        maxChars: MAX_CHARS,
        maxLines: MAX_LINES,
        rest: `Read on with a range: read_file {"path": "${show(relative)}", "start": ${
          first + Math.min(MAX_LINES, numbered.length)
        }}`,
      });
      const head = `${show(relative)}, lines ${first}-${last} of ${lines.length}`;
      return {
        text: lines.length === 0 ? `"${show(relative)}" is empty` : `${head}\n${shown}`,
        truncated,
        data: { path: relative, start: first, end: last, lines: lines.length },
      };
    },
  });
}

/** The lines of a text; a final line end makes no line of its own. */
export function linesOf(text: string): string[] {
  if (text === "") return [];
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

/** A range of lines: first and last, both counted from 1. */
export type LineRange = readonly [first: number, last: number];

/**
 * The range that is meant.
 *
 * @throws {@linkcode ValidationError} when it ends before it starts, or starts behind the end of the file
 */
export function validateRange(
  lines: number,
  relative: string,
  start: number | undefined,
  end: number | undefined,
): LineRange {
  const first = start ?? 1;
  const last = Math.min(end ?? lines, lines);
  if (lines === 0 || (first <= last && first <= lines)) return [first, Math.max(last, 0)];
  throw new ValidationError(
    first > lines
      ? `"${show(relative)}" has ${lines} lines; there is no line ${first}`
      : `The range ${first} to ${end} ends before it starts`,
    `Give a start between 1 and ${lines}, and an end that is not smaller`,
    { path: relative, lines },
  );
}
