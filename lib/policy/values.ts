/**
 * Words as far as they are known before a command runs.
 * @module
 */

/** Where the text of an unknown piece would come from, when that alone is telling. */
export type Taint = "download" | "decoded";

/** A stretch of a word. */
export type Piece =
  /** Known characters; `quoted` ones are never a tilde or a pattern. */
  | { readonly kind: "text"; readonly text: string; readonly quoted: boolean }
  /** An unquoted pattern character or bracket; stands for characters of names that exist. */
  | { readonly kind: "glob"; readonly text: string }
  /** Digits, with or without a sign. */
  | { readonly kind: "number" }
  /** One word that names something of git: no blank, no dash in front, no way out of a directory. */
  | { readonly kind: "word" }
  /** A path that a lister printed: under `roots`, its name matching one of `names` when given. */
  | { readonly kind: "path"; readonly listing: Listing }
  /** The name of a pipe that a process substitution gives, and what comes out of it. */
  | { readonly kind: "process"; readonly stream: Stream }
  | { readonly kind: "unknown"; readonly why: string; readonly taint?: Taint };

/** What a program that prints paths can print. */
export interface Listing {
  /** Directories or files that every path starts with. */
  readonly roots: readonly string[];
  /** Patterns of the last name; undefined when any name can come. */
  readonly names: readonly string[] | undefined;
  /** Whether a path may start with a dash. */
  readonly dash: boolean;
  /** Whether dot files can be among them. */
  readonly hidden: boolean;
}

/** One word of a command after expansion. */
export interface Arg {
  readonly pieces: readonly Piece[];
  readonly start: number;
  readonly end: number;
  /** Set for a word that may be there any number of times (a glob, `$@`, `$(…)`). */
  readonly many?: boolean;
}

/** What flows through a pipe or out of a substitution. */
export type Stream =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "numbers" }
  | { readonly kind: "word" }
  | { readonly kind: "paths"; readonly listing: Listing }
  | { readonly kind: "unknown"; readonly taint?: Taint };

/** A stream of which nothing is known. */
export const UNKNOWN_STREAM: Stream = { kind: "unknown" };

/** A known word. */
export function textArg(text: string, start: number, end: number): Arg {
  return { pieces: [{ kind: "text", text, quoted: true }], start, end };
}

/** The word, when all of it is known. */
export function known(arg: Arg): string | undefined {
  let text = "";
  for (const piece of arg.pieces) {
    if (piece.kind !== "text") return undefined;
    text += piece.text;
  }
  return text;
}

/** The characters that the word surely starts with. */
export function prefixOf(arg: Arg): string {
  let text = "";
  for (const piece of arg.pieces) {
    if (piece.kind !== "text") break;
    text += piece.text;
  }
  return text;
}

/** The word as it can be shown: unknown pieces are dots. */
export function display(arg: Arg): string {
  return arg.pieces.map(displayPiece).join("");
}

function displayPiece(piece: Piece): string {
  switch (piece.kind) {
    case "text":
    case "glob":
      return piece.text;
    case "number":
      return "‹number›";
    case "word":
      return "‹revision›";
    case "path":
      return `‹path under ${piece.listing.roots.join(", ")}›`;
    case "process":
      return "‹process substitution›";
    case "unknown":
      return `‹${piece.why}›`;
  }
}

/** The word without its first characters, which must be known. */
export function dropPrefix(arg: Arg, count: number): Arg {
  const pieces: Piece[] = [];
  let left = count;
  for (const piece of arg.pieces) {
    if (left === 0 || piece.kind !== "text") pieces.push(piece);
    else if (piece.text.length <= left) left -= piece.text.length;
    else {
      pieces.push({ ...piece, text: piece.text.slice(left) });
      left = 0;
    }
  }
  return { ...arg, pieces };
}

/** The worst that is known of where unknown pieces come from. */
export function taintOf(arg: Arg): Taint | undefined {
  for (const piece of arg.pieces) {
    const source = piece.kind === "process" ? piece.stream : piece;
    if (source.kind === "unknown" && source.taint !== undefined) return source.taint;
  }
  return undefined;
}

/** Whether any piece is of the kind. */
export function has(arg: Arg, kind: Piece["kind"]): boolean {
  return arg.pieces.some((piece) => piece.kind === kind);
}

/** What a stream becomes as pieces of a word. */
export function streamPieces(stream: Stream, why: string): Piece[] {
  switch (stream.kind) {
    case "text":
      return [{ kind: "text", text: stream.text.replace(/\n+$/, ""), quoted: true }];
    case "numbers":
      return [{ kind: "number" }];
    case "word":
      return [{ kind: "word" }];
    case "paths":
      return [{ kind: "path", listing: stream.listing }];
    case "unknown":
      return [
        stream.taint === undefined
          ? { kind: "unknown", why }
          : { kind: "unknown", why, taint: stream.taint },
      ];
  }
}

/** What is printed by one command after another. */
export function joinStreams(before: Stream, after: Stream): Stream {
  if (before.kind === "text" && before.text === "") return after;
  if (after.kind === "text" && after.text === "") return before;
  if (before.kind === "text" && after.kind === "text") {
    return { kind: "text", text: before.text + after.text };
  }
  for (const stream of [before, after]) {
    if (stream.kind === "unknown" && stream.taint !== undefined) return stream;
  }
  return UNKNOWN_STREAM;
}
