let segmenter: Intl.Segmenter | undefined;

/** What a reader takes for one character each. Made late: it takes 14 ms, and few commands need it. */
function graphemesOf(text: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter("en", { granularity: "grapheme" });
  return segmenter.segment(text);
}

/** Scripts and signs that take two columns (Unicode East Asian Width W and F, and emoji). */
const WIDE =
  /^[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{1F300}-\u{1FAFF}\u{20000}-\u{3FFFD}]|\p{Emoji_Presentation}|\uFE0F/u;

const INVISIBLE = /^[\p{M}\p{Cf}]+$/u;

/** Escapes of {@linkcode Style}; they take no column. */
// deno-lint-ignore no-control-regex
const STYLE_ESCAPE = /\x1b\[\d+m/g;

/** Most texts: they need no closer look. */
const PLAIN = /^[\x20-\x7e]*$/;

/** How many columns a text takes on a terminal. */
export function textWidth(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemesOf(text.replaceAll(STYLE_ESCAPE, ""))) {
    width += INVISIBLE.test(segment) ? 0 : WIDE.test(segment) ? 2 : 1;
  }
  return width;
}

/**
 * Characters that make a terminal do or show something else: controls (C0, C1), which move the
 * cursor or write the clipboard, those that turn the direction of writing, so that a line reads
 * as another than it is, and line ends that only some programs see.
 */
const HARMFUL = /[\p{Cc}\p{Surrogate}\p{Bidi_Control}\u2028\u2029]/gu;

/** A text of somebody else on one line, with what could do harm made visible. */
export function printable(text: string): string {
  if (PLAIN.test(text) && !text.includes("  ")) return text.trim();
  return verbatim(text.replaceAll(/\s+/g, " ").trim());
}

/** The same for a line that is to be pasted: its spaces stay as they are. */
export function verbatim(text: string): string {
  return PLAIN.test(text) ? text : text.replaceAll(HARMFUL, "\uFFFD");
}

/** The text, cut with `…` where it would take more columns. */
export function truncate(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text;
  return `${takeColumns(text, Math.max(0, columns - 1))}…`;
}

/** The text filled up with spaces to a number of columns. */
export function padEnd(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - textWidth(text)));
}

/** The text in lines of at most `columns`, broken between words, or inside one that is longer. */
export function wrap(text: string, columns: number): string[] {
  const most = Math.max(8, columns);
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ").filter((one) => one !== "")) {
    if (line !== "" && textWidth(`${line} ${word}`) <= most) {
      line = `${line} ${word}`;
      continue;
    }
    if (line !== "") lines.push(line);
    line = word;
    while (textWidth(line) > most) {
      const head = takeColumns(line, most);
      lines.push(head);
      line = line.slice(head.length);
    }
  }
  return line === "" ? lines : [...lines, line];
}

/** The beginning of an unstyled text that fits into `columns`. */
function takeColumns(text: string, columns: number): string {
  if (PLAIN.test(text)) return text.slice(0, columns);
  let taken = "";
  let width = 0;
  for (const { segment } of graphemesOf(text)) {
    width += textWidth(segment);
    if (width > columns) break;
    taken += segment;
  }
  return taken;
}
