import type { LineOptions } from "./probe_lines.ts";
import { padEnd, textWidth, wrap } from "./text_width.ts";

const GAP = "  ";

/** A column of {@linkcode tableLines}. */
export interface Column {
  readonly title: string;
  readonly align?: "right";
}

/**
 * Rows under their titles. What does not fit the terminal is not cut, because people copy it: then
 * each row is its first cell, with the others below it. Empty cells stay empty.
 */
export function tableLines(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  options: LineOptions,
): string[] {
  const { style } = options;
  const widths = columns.map(({ title }, i) =>
    Math.max(textWidth(title), ...rows.map((row) => textWidth(row[i] ?? "")))
  );
  const whole = widths.reduce((sum, width) => sum + width + GAP.length, -GAP.length);
  if (whole > options.columns) return rows.flatMap((row) => stacked(columns, row, options));
  const line = (cells: readonly string[]) =>
    cells.map((cell, i) => {
      const width = widths[i] ?? 0;
      if (columns[i]?.align !== "right") return padEnd(cell, width);
      return " ".repeat(width - textWidth(cell)) + cell;
    }).join(GAP).trimEnd();
  return [style.dim(line(columns.map(({ title }) => title))), ...rows.map(line)];
}

function stacked(
  columns: readonly Column[],
  [head = "", ...cells]: readonly string[],
  options: LineOptions,
): string[] {
  const said = cells.flatMap((cell, i) =>
    cell === "" ? [] : `${columns[i + 1]?.title.toLowerCase()} ${cell}`
  );
  const below = wrap(said.join(", "), options.columns - 2);
  return [options.style.bold(head), ...below.map((part) => `  ${part}`)];
}
