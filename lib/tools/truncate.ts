/** A text that may have been cut: the text, and whether it was. */
export type Truncated = readonly [text: string, wasTruncated: boolean];

/** How much of a text is kept, and what to say of the rest. */
export interface TruncateOptions {
  /** Most characters (UTF-16 units) of the text itself. */
  readonly maxChars: number;
  /** Most lines; no limit when left out. */
  readonly maxLines?: number;
  /** Where the interesting part is: the start of a file, the end of a test's output, or both. */
  readonly keep?: "start" | "ends";
  /** What the reader can do to get the rest; one sentence without a period. */
  readonly rest: string;
}

/**
 * Cuts a text at a line where it can, and says in the text what was cut and how to get it. A
 * surrogate pair is never split.
 */
export function truncate(text: string, options: TruncateOptions): Truncated {
  const lines = text.split("\n");
  const { maxChars, maxLines = Number.POSITIVE_INFINITY, keep = "start", rest } = options;
  if (text.length <= maxChars && lines.length <= maxLines) return [text, false];
  const half = keep === "ends";
  const start = firstPart(lines, half ? maxChars / 2 : maxChars, half ? maxLines / 2 : maxLines);
  const end = half ? lastPart(lines, maxChars / 2, maxLines / 2) : "";
  const cutChars = text.length - start.length - end.length;
  const cutLines = lines.length - countLines(start) - (end === "" ? 0 : countLines(end));
  const cut = `[cut: ${Math.max(0, cutLines)} lines, ${cutChars} characters. ${rest}]`;
  return [[start, cut, end].filter((part) => part !== "").join("\n"), true];
}

function firstPart(lines: readonly string[], maxChars: number, maxLines: number): string {
  const kept: string[] = [];
  let left = Math.floor(maxChars);
  for (const line of lines) {
    if (kept.length >= Math.floor(maxLines) || line.length + 1 > left) break;
    kept.push(line);
    left -= line.length + 1;
  }
  // One line longer than all that is allowed: a part of it is better than nothing.
  if (kept.length === 0) return wholeCharacters((lines[0] ?? "").slice(0, Math.floor(maxChars)));
  return kept.join("\n");
}

function lastPart(lines: readonly string[], maxChars: number, maxLines: number): string {
  const kept: string[] = [];
  let left = Math.floor(maxChars);
  for (const line of lines.toReversed()) {
    if (kept.length >= Math.floor(maxLines) || line.length + 1 > left) break;
    kept.push(line);
    left -= line.length + 1;
  }
  if (kept.length === 0) {
    const last = lines.at(-1) ?? "";
    return wholeCharacters(last.slice(Math.max(0, last.length - Math.floor(maxChars))));
  }
  return kept.toReversed().join("\n");
}

/** Drops half a surrogate pair at either end of a cut. */
function wholeCharacters(text: string): string {
  return text.replace(/^[\udc00-\udfff]|[\ud800-\udbff]$/g, "");
}

function countLines(text: string): number {
  return text === "" ? 0 : text.split("\n").length;
}
