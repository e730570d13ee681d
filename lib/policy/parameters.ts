import { judgeVariableRead } from "./environment.ts";
import type { ParameterExpansionPart, SimpleExpansionPart, Word } from "./parse.ts";
import { needsPerson, type Place, spanOf } from "./session.ts";
import { type Arg, known, type Piece, textArg } from "./values.ts";
import { setVariable } from "./variables.ts";

/** Expands the words inside `${…}`; given by the expansion of words. */
export type ExpandOperand = (word: Word) => Piece[];

/** A piece of a value, or a break between two words. */
export type ValuePiece = Piece | { readonly kind: "break" };

const unknown = (why: string): Piece => ({ kind: "unknown", why });

/** The value of `$x` or `${x…}` as far as it is known. */
export function expandParameter(
  part: SimpleExpansionPart | ParameterExpansionPart,
  place: Place,
  expand: ExpandOperand,
): readonly ValuePiece[] {
  if (part.type === "SimpleExpansion") return lookUp(part.text.slice(1), part, place);
  const { parameter, prefix, index, operation } = part;
  const find = (code: string, message: string) =>
    place.session.recorder.find(needsPerson(code, message), spanOf(part, place.frame));
  if (prefix === "!") {
    const keys = index !== undefined && /^[@*]$/.test(index.text) && operation === undefined;
    if (!keys) find("indirect", `"${part.text}" reads a variable that another one names`);
    return [unknown(part.text)];
  }
  const value = index === undefined
    ? lookUp(parameter, part, place, operation?.type === "Default")
    : element(parameter, index, part, place, expand);
  if (prefix === "#") return [{ kind: "number" }];
  if (operation === undefined) return value;
  switch (operation.type) {
    case "Default":
      return defaultOf(part, operation.operator, expand(operation.operand), value, place);
    case "Remove": {
      const pattern = expand(operation.operand);
      return removed(value, operation.operator, pattern) ?? [unknown(part.text)];
    }
    case "Replace":
      expand(operation.pattern);
      expand(operation.replacement);
      return [unknown(part.text)];
    case "CaseModification":
      if (operation.operand !== undefined) expand(operation.operand);
      return [unknown(part.text)];
    case "Slice":
      for (const word of [operation.offset, operation.length]) {
        if (word !== undefined && !/^\s*-?\d+\s*$/.test(word.text)) {
          expand(word);
          find("arithmetic", `"${word.text}" is arithmetic and may run a command`);
        }
      }
      return sliced(value, operation.offset.text, operation.length?.text) ?? [unknown(part.text)];
    case "Transform":
    case "Names":
    case "Unknown":
      find("expansion", `"${part.text}" is not worked out`);
      return [unknown(part.text)];
  }
}

function lookUp(
  name: string,
  part: SimpleExpansionPart | ParameterExpansionPart,
  place: Place,
  hasDefault = false,
): readonly ValuePiece[] {
  const { state, session } = place;
  if (/^[?$!#]$/.test(name)) return [{ kind: "number" }];
  if (name === "@" || name === "*") return joined(state.positional);
  if (/^\d+$/.test(name)) {
    if (name === "0") return [unknown("$0")];
    return elementAt(state.positional, Number(name) - 1, `$${name}`);
  }
  if (name === "-" || name === "_") return [unknown(`$${name}`)];
  const variable = state.variables.get(name);
  if (variable !== undefined) {
    return variable.elements === undefined ? variable.pieces : variable.elements[0]?.pieces ?? [];
  }
  if (name === "HOME") return [...textArg(session.context.home, 0, 0).pieces];
  if (name === "PWD" && state.dirs.length === 1) return textArg(state.dirs[0] ?? "", 0, 0).pieces;
  const finding = judgeVariableRead(name);
  if (finding !== undefined) session.recorder.find(finding, spanOf(part, place.frame));
  if (finding !== undefined) session.recorder.effect("env", name);
  return [unknown(hasDefault ? part.text : `$${name}`)];
}

function isNumber(piece: Piece): boolean {
  return piece.kind === "number" || (piece.kind === "text" && /^\d+$/.test(piece.text));
}

/** The word at a place, when no word before it may stand for several. */
function elementAt(args: readonly Arg[], index: number, why: string): readonly ValuePiece[] {
  const many = args.slice(0, index + 1).findIndex((arg) => arg.many === true);
  if (many >= 0 && !(many === index && index === 0)) return [unknown(why)];
  return args[index]?.pieces ?? [];
}

function joined(args: readonly Arg[]): readonly ValuePiece[] {
  return args.flatMap((arg, index): ValuePiece[] =>
    index === 0 ? [...arg.pieces] : [{ kind: "break" }, ...arg.pieces]
  );
}

function element(
  name: string,
  index: Word,
  part: ParameterExpansionPart,
  place: Place,
  expand: ExpandOperand,
): readonly ValuePiece[] {
  const elements = place.state.variables.get(name)?.elements;
  if (/^[@*]$/.test(index.text)) {
    return elements === undefined ? lookUp(name, part, place) : joined(elements);
  }
  if (/^\d+$/.test(index.text)) {
    return elements === undefined
      ? lookUp(name, part, place)
      : elementAt(elements, Number(index.text), part.text);
  }
  const counter = place.state.variables.get(index.text)?.pieces ?? expand(index);
  if (counter.length > 0 && counter.every(isNumber)) return [unknown(part.text)];
  place.session.recorder.find(
    needsPerson("arithmetic", `"${index.text}" is arithmetic and may run a command`),
    spanOf(part, place.frame),
  );
  return [unknown(part.text)];
}

function defaultOf(
  part: ParameterExpansionPart,
  operator: string,
  operand: Piece[],
  value: readonly ValuePiece[],
  place: Place,
): readonly ValuePiece[] {
  const positional = /^\d+$/.test(part.parameter);
  const set = place.state.variables.has(part.parameter) || positional;
  const text = value.length === 0 ? "" : textOf(value);
  if (set && text !== undefined && (positional ? true : operator.startsWith(":"))) {
    const filled = text !== "";
    if (operator.endsWith("+")) return filled ? operand : [];
    return filled ? value : operand;
  }
  if (operator.endsWith("=") && !positional) {
    const pieces = [unknown(part.text)];
    setVariable(place.session, place.state, part.parameter, { pieces }, spanOf(part, place.frame));
  }
  return [unknown(part.text)];
}

function textOf(value: readonly ValuePiece[]): string | undefined {
  if (value.some(({ kind }) => kind === "break")) return undefined;
  return known({ pieces: value as readonly Piece[], start: 0, end: 0 });
}

/** `${x%.py}` and the like for known texts and plain patterns. */
function removed(
  value: readonly ValuePiece[],
  operator: string,
  pattern: readonly Piece[],
): Piece[] | undefined {
  const text = textOf(value);
  const plain = known({ pieces: pattern, start: 0, end: 0 });
  if (text === undefined || plain === undefined || /[*?[\\]/.test(plain)) return undefined;
  const cut = operator.startsWith("#")
    ? text.startsWith(plain) ? text.slice(plain.length) : text
    : text.endsWith(plain)
    ? text.slice(0, text.length - plain.length)
    : text;
  return [{ kind: "text", text: cut, quoted: true }];
}

function sliced(
  value: readonly ValuePiece[],
  offset: string,
  length: string | undefined,
): Piece[] | undefined {
  const text = textOf(value);
  const from = Number(offset);
  const count = length === undefined ? Infinity : Number(length);
  if (text === undefined || !Number.isInteger(from) || from < 0 || !(count >= 0)) return undefined;
  return [{ kind: "text", text: text.slice(from, from + count), quoted: true }];
}
