import { textWidth, truncate } from "./text_width.ts";

/** Characters that would change how a line looks: they are shown by their number. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Mn}\p{Me}]|(?! )\p{Zs}/u;

/** Columns of text kept in front of the part that is pointed to, where the line is cut. */
const LEAD = 20;

/** Two lines: a part of the command, and marks under what a span points to. */
export interface Excerpt {
  readonly text: string;
  readonly marks: string;
}

/**
 * The line of a command that a span begins in, with marks under the span. What cannot be seen is
 * shown by its number, and a long line is cut around the span.
 *
 * @param columns that both lines may take
 */
export function excerpt(command: string, start: number, end: number, columns: number): Excerpt {
  const from = Math.min(start, command.length);
  const lineStart = command.lastIndexOf("\n", from - 1) + 1;
  const newline = command.indexOf("\n", from);
  const lineEnd = newline < 0 ? command.length : newline;
  const before = visible(command.slice(lineStart, from));
  const part = visible(command.slice(from, Math.min(end, lineEnd)));
  const after = visible(command.slice(Math.min(end, lineEnd), lineEnd));
  const more = end > lineEnd + 1 ? " …" : "";
  const whole = textWidth(before + part + after + more);
  const lead = whole <= columns || textWidth(before) <= LEAD ? before : `…${last(before, LEAD)}`;
  const room = Math.max(1, columns - textWidth(lead));
  return {
    text: `${lead}${truncate(`${part}${after}${more}`, room)}`,
    marks: " ".repeat(textWidth(lead)) +
      "^".repeat(Math.max(1, Math.min(textWidth(part), room))),
  };
}

/** A text on one line in which every character is seen. */
export function visible(text: string): string {
  let shown = "";
  for (const char of text) {
    if (char === "\n") shown += "⏎";
    else if (char === "\t") shown += " ";
    else if (HIDDEN.test(char)) {
      const number = (char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
      shown += `<U+${number}>`;
    } else shown += char;
  }
  return shown;
}

/** The end of a text, of at most so many columns. */
function last(text: string, columns: number): string {
  const chars = [...text];
  while (textWidth(chars.join("")) > columns) chars.shift();
  return chars.join("");
}
