import type { CheckResult, CheckStatus } from "../envs/mod.ts";
import { type LineOptions, MARKS } from "./probe_lines.ts";
import { padEnd, printable, textWidth, verbatim, wrap } from "./text_width.ts";

const SIGNS: Readonly<Record<CheckStatus, string>> = {
  ok: MARKS.pass,
  warn: MARKS.warn,
  missing: MARKS.skip,
  broken: MARKS.fail,
};

/** A check of `owllm doctor`: mark, title, what is there; below it the line to paste. Pure. */
export function checkLines(
  title: string,
  { status, value, more = [], fix }: CheckResult,
  titleColumns: number,
  { columns, style }: LineOptions,
): string[] {
  const paint =
    { ok: style.green, warn: style.yellow, missing: style.yellow, broken: style.red }[status];
  const word = status === "ok" ? "" : `${status}: `;
  const indent = " ".repeat(titleColumns + 4);
  const [first = "", ...rest] = [`${word}${value}`, ...more].flatMap((text) =>
    wrapped(printable(text), columns - indent.length)
  );
  return [
    `${paint(SIGNS[status])} ${padEnd(title, titleColumns)}  ${first}`,
    ...rest.map((line) => `${indent}${line}`),
    ...fix === undefined ? [] : [`${indent}${style.bold(verbatim(fix))}`],
  ];
}

/** Broken between words; a text with a path longer than the line stays whole, to be copied. */
function wrapped(text: string, columns: number): string[] {
  return text.split(" ").some((word) => textWidth(word) > columns) ? [text] : wrap(text, columns);
}
