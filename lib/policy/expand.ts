import { judgeArithmetic } from "./arithmetic.ts";
import { expandBraces } from "./braces.ts";
import { MAX_FIELDS } from "./limits.ts";
import { type ExpandOperand, expandParameter } from "./parameters.ts";
import type { CommandExpansionPart, ProcessSubstitutionPart, Word, WordPart } from "./parse.ts";
import { needsPerson, type Place, spanOf } from "./session.ts";
import { type Arg, type Piece, type Stream, streamPieces, UNKNOWN_STREAM } from "./values.ts";

/** A piece, a place where one word ends and the next begins, or a sign that the word may become several. */
type Raw = Piece | { readonly kind: "break" } | { readonly kind: "many" };

const MANY: Raw = { kind: "many" };

const isPiece = (raw: Raw): raw is Piece => raw.kind !== "break" && raw.kind !== "many";

/** The words that a word of the source becomes, known or not. */
export function expandWord(word: Word, place: Place): Arg[] {
  const span = spanOf(word, place.frame);
  if (word.parts === undefined) {
    const tilde = word.text.startsWith("~");
    const pieces = withTilde([{ kind: "text", text: word.value, quoted: !tilde }], place);
    return [{ pieces, ...span }];
  }
  let choices: Raw[][] = [[]];
  for (const part of word.parts) {
    const alternatives = part.type === "BraceExpansion"
      ? braceAlternatives(part, place)
      : [expandPart(part, place, false)];
    choices = choices.flatMap((head) => alternatives.map((tail) => [...head, ...tail]));
    if (choices.length > MAX_FIELDS) {
      place.session.recorder.find(needsPerson("too_many", "Braces stand for too many words"), span);
      choices = [[{ kind: "unknown", why: "braces" }, MANY]];
    }
  }
  return choices.flatMap((raw) => splitFields(raw, place, span));
}

/** The word as one value that is neither split nor matched against files: an assignment, a `case` word. */
export function expandValue(word: Word, place: Place): Piece[] {
  if (word.parts === undefined) {
    const tilde = word.text.startsWith("~");
    return withTilde([{ kind: "text", text: word.value, quoted: !tilde }], place);
  }
  const raw = word.parts.flatMap((part) => expandPart(part, place, true));
  const pieces = raw.filter(isPiece);
  return withTilde(
    pieces.map((piece) =>
      piece.kind === "glob" ? { kind: "text", text: piece.text, quoted: false } : piece
    ),
    place,
  );
}

/** The pieces of parts that stand in quotes or in a heredoc. */
export function expandQuoted(parts: readonly WordPart[], place: Place): Piece[] {
  return parts.flatMap((part) => expandPart(part, place, true))
    .filter(isPiece);
}

function braceAlternatives(part: WordPart & { type: "BraceExpansion" }, place: Place): Raw[][] {
  for (const inner of part.parts ?? []) expandPart(inner, place, false);
  const texts = expandBraces(part.text);
  if (texts === undefined) {
    place.session.recorder.find(
      needsPerson("too_many", `"${part.text}" is not worked out`),
      spanOf(part, place.frame),
    );
    return [[{ kind: "unknown", why: "braces" }, MANY]];
  }
  return texts.map((text) => patternRaw(text, false));
}

/** A text whose pattern characters count, as pieces. */
function patternRaw(text: string, quoted: boolean): Raw[] {
  return text.split(/([*?]|\[[^\]]*\])/).flatMap((stretch, index): Raw[] => {
    if (index % 2 === 1) return [{ kind: "glob", text: stretch }, MANY];
    return stretch === "" ? [] : [{ kind: "text", text: stretch, quoted }];
  });
}

function expandPart(part: WordPart, place: Place, quoted: boolean): Raw[] {
  switch (part.type) {
    case "Literal":
      return [{ kind: "text", text: part.value, quoted: quoted || !part.text.startsWith("~") }];
    case "SingleQuoted":
    case "AnsiCQuoted":
      return [{ kind: "text", text: part.value, quoted: true }];
    case "DoubleQuoted":
    case "LocaleString":
      return [
        { kind: "text", text: "", quoted: true },
        ...part.parts.flatMap((child) => expandPart(child, place, true)),
      ];
    case "Glob":
      for (const inner of part.parts ?? []) expandPart(inner, place, false);
      return [{ kind: "glob", text: part.text }, MANY];
    case "ExtendedGlob":
      for (const inner of part.parts ?? []) expandPart(inner, place, false);
      return [{ kind: "unknown", why: "extended pattern" }, MANY];
    case "BraceExpansion":
      for (const inner of part.parts ?? []) expandPart(inner, place, false);
      return [{ kind: "unknown", why: "braces" }, MANY];
    case "SimpleExpansion":
    case "ParameterExpansion":
      return inserted(expandParameter(part, place, operandsOf(place)), place, quoted);
    case "CommandExpansion":
      return inserted(streamPieces(substitute(part, place), "command output"), place, quoted);
    case "ProcessSubstitution":
      return [{ kind: "process", stream: substitute(part, place) }];
    case "ArithmeticExpansion": {
      const span = spanOf(part, place.frame);
      const body = part.text.replace(/^\$(?:\(\(|\[)|(?:\)\)|\])$/g, "");
      judgeArithmetic(
        part.expression,
        body,
        place,
        span,
        (word) => expandQuoted(word.parts ?? [], place),
      );
      return [{ kind: "number" }];
    }
  }
}

function operandsOf(place: Place): ExpandOperand {
  return (word) => expandValue(word, place);
}

/** What a substitution prints; it runs in a subshell. */
function substitute(part: CommandExpansionPart | ProcessSubstitutionPart, place: Place): Stream {
  if (part.script === undefined) {
    place.session.recorder.find(
      needsPerson("syntax", `"${part.text}" is not understood`),
      spanOf(part, place.frame),
    );
    return UNKNOWN_STREAM;
  }
  return place.session.script(
    part.script,
    inner(part.script.source, part, place),
    place.state.fork(),
    {
      kind: "unknown",
    },
  );
}

/** A script in escaped backquotes has positions of its own: they all point at the substitution. */
function inner(source: string | undefined, part: WordPart, place: Place) {
  return source === undefined ? place.frame : { source, at: spanOf(part, place.frame) };
}

/** What stands in for an expansion. It counts: values that are made of values grow without an end. */
function inserted(pieces: readonly Raw[], place: Place, quoted: boolean): Raw[] {
  place.session.spend(
    pieces.reduce((sum, piece) => sum + 1 + ("text" in piece ? piece.text.length : 0), 0),
  );
  return unquotedSplit(pieces, quoted);
}

/** Outside quotes a value is split at blanks and its pattern characters count. */
function unquotedSplit(pieces: readonly Raw[], quoted: boolean): Raw[] {
  if (quoted) return [...pieces];
  return pieces.flatMap((piece): Raw[] => {
    if (piece.kind === "number" || piece.kind === "word" || piece.kind === "process") {
      return [piece];
    }
    if (piece.kind !== "text") return [piece, MANY];
    return piece.text.split(/[ \t\n]+/).flatMap((stretch, index): Raw[] => [
      ...(index > 0 ? [{ kind: "break" } as const] : []),
      ...patternRaw(stretch, true),
    ]);
  });
}

function splitFields(
  raw: readonly Raw[],
  place: Place,
  span: { start: number; end: number },
): Arg[] {
  const fields: { pieces: Piece[]; many: boolean }[] = [{ pieces: [], many: false }];
  for (const piece of raw) {
    const field = fields.at(-1);
    if (piece.kind === "break") fields.push({ pieces: [], many: false });
    else if (piece.kind !== "many") field?.pieces.push(piece);
    else if (field !== undefined) field.many = true;
  }
  return fields.filter(({ pieces }) => pieces.length > 0).map(({ pieces, many }) => ({
    pieces: withTilde(pieces, place),
    ...span,
    ...(many ? { many } : {}),
  }));
}

/** Home directories at the start of a word. */
function withTilde(pieces: readonly Piece[], place: Place): Piece[] {
  const [first, ...rest] = pieces;
  if (first === undefined || first.kind !== "text" || first.quoted || !first.text.startsWith("~")) {
    return [...pieces];
  }
  const cut = first.text.indexOf("/");
  const name = cut < 0 ? first.text : first.text.slice(0, cut);
  const tail = cut < 0 ? "" : first.text.slice(cut);
  if (name !== "~") return [{ kind: "unknown", why: name }, { ...first, text: tail }, ...rest];
  return [{ kind: "text", text: `${place.session.context.home}${tail}`, quoted: true }, ...rest];
}
