import type { LineOptions } from "./probe_lines.ts";
import { padEnd, textWidth, wrap } from "./text_width.ts";

const GAP = "  ";

/** A column of {@linkcode tableLines}. */
export interface Column {
  readonly title: string;
  readonly align?: "right";
}

/** The least that the first column may have before rows are stacked. */
const NARROWEST_HEAD = 10;

/**
 * Rows under their titles. Nothing is cut, because people copy it: where the terminal is too narrow,
 * a long first cell gets a line of its own, and at worst all other cells go below it.
 */
export function tableLines(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  options: LineOptions,
): string[] {
  const { style } = options;
  const [natural = 0, ...widths] = columns.map(({ title }, i) =>
    Math.max(textWidth(title), ...rows.map((row) => textWidth(row[i] ?? "")))
  );
  const others = widths.reduce((sum, width) => sum + GAP.length + width, 0);
  const head = Math.min(natural, options.columns - others);
  if (head < Math.min(natural, NARROWEST_HEAD)) {
    return rows.flatMap((row) => stacked(columns, row, options));
  }
  const line = (cells: readonly string[]) =>
    cells.map((cell, i) => {
      const width = i === 0 ? head : widths[i - 1] ?? 0;
      if (columns[i]?.align !== "right") return padEnd(cell, width);
      return " ".repeat(width - textWidth(cell)) + cell;
    }).join(GAP).trimEnd();
  const titles = style.dim(line(columns.map(({ title }) => title)));
  return [
    titles,
    ...rows.flatMap(([first = "", ...rest]) =>
      textWidth(first) <= head ? line([first, ...rest]) : [first, line(["", ...rest])]
    ),
  ];
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
