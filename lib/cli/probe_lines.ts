import type { ProbeResult } from "../smoke/mod.ts";
import type { Style } from "./output.ts";
import { padEnd, printable, textWidth, truncate, wrap } from "./text_width.ts";

/** What the lines of a run are made with. */
export interface LineOptions {
  readonly columns: number;
  readonly style: Style;
}

/** Frames of the spinner. */
const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"] as const;

/** Columns of the longest id and a gap. */
const ID_COLUMNS = 19;

/** Below this width the measured number makes way for the id and the time. */
const ROOM_FOR_NUMBER = 40;

/** Marks of results; words do the same where there is no terminal. */
export const MARKS: Readonly<Record<ProbeResult["status"], string>> = {
  pass: "✓",
  warn: "!",
  fail: "✗",
  skip: "–",
};

/** The mark in its colour. */
export function mark(status: ProbeResult["status"], style: Style): string {
  const paint = { pass: style.green, warn: style.yellow, fail: style.red, skip: style.dim }[status];
  return paint(MARKS[status]);
}

/** A finished probe: mark, id, the number that matters, time; below it why it is not green. */
export function resultLines(
  result: ProbeResult,
  number: string,
  { columns, style }: LineOptions,
): string[] {
  const { id, status, ms, diagnosis } = result;
  const left = `  ${mark(status, style)} ${
    padEnd(truncate(printable(id), ID_COLUMNS - 1), ID_COLUMNS)
  }`;
  const time = status === "skip" ? "" : seconds(ms);
  const room = columns - textWidth(left) - time.length - 2;
  const middle = columns < ROOM_FOR_NUMBER ? "" : truncate(printable(number), Math.max(0, room));
  const line = time === ""
    ? left
    : `${padEnd(`${left}${middle}`, columns - time.length - 1)}${style.dim(time)}`;
  const why = diagnosis === undefined ? [] : wrap(printable(diagnosis), columns - 5);
  // Why something was not judged is one line here; the reports hold the whole of it.
  const shown = status === "skip" ? why.slice(0, 1) : why;
  return [line.trimEnd(), ...shown.map((one) => `    ${style.dim(one)}`)];
}

/** The probe that runs right now; never wider than the terminal, so that it can be drawn over. */
export function runningLine(
  id: string,
  elapsedMs: number,
  { columns, style }: LineOptions,
): string {
  const frame = FRAMES[Math.floor(elapsedMs / 100) % FRAMES.length] ?? "";
  const time = elapsedMs < 1000 ? "" : ` ${seconds(elapsedMs)}`;
  const text = truncate(`${printable(id)}${time}`, Math.max(1, columns - 5));
  return `  ${style.cyan(frame)} ${text}`;
}

/** Moves to the start of a line of `width` columns on a terminal that now has `columns`, and clears it. */
export function eraseLine(width: number, columns: number): string {
  const rows = Math.max(1, Math.ceil(width / Math.max(1, columns)));
  return `${rows > 1 ? `\x1b[${rows - 1}A` : ""}\r\x1b[J`;
}

function seconds(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`;
}
