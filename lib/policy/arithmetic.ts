import type { ArithmeticExpression } from "./parse.ts";
import type { Span } from "./recorder.ts";
import { needsPerson, type Place, spanOf } from "./session.ts";
import type { Piece } from "./values.ts";
import { setVariable } from "./variables.ts";

const NUMBER = /^\s*[+-]?(?:0[xX][0-9a-fA-F]+|\d+(?:#[0-9a-zA-Z@_]+)?)\s*$/;
const NAME = /^\s*([A-Za-z_]\w*)\s*$/;
/** Variables of the shell that are numbers. */
const NUMERIC = new Set(["RANDOM", "SECONDS", "LINENO", "UID", "EUID", "PPID", "BASHPID", "SHLVL"]);

/** Expands the parts of an arithmetic word; given by the expansion of words. */
export type ExpandParts = (word: ArithmeticExpression & { type: "ArithmeticWord" }) => Piece[];

/**
 * Judges an arithmetic expression. Bash runs commands that hide in the value of a variable or in an index
 * (`x='a[$(touch F)]'; echo $[x]`), so only numbers and variables known to be numbers pass.
 */
export function judgeArithmetic(
  expression: ArithmeticExpression | undefined,
  text: string,
  place: Place,
  span: Span,
  expand: ExpandParts,
): void {
  if (expression === undefined) {
    if (text.trim() !== "") place.session.recorder.find(odd(text), span);
    return;
  }
  const visit = (node: ArithmeticExpression): void => {
    switch (node.type) {
      case "ArithmeticBinary":
        visit(node.right);
        if (isAssignment(node.operator) && node.left.type === "ArithmeticWord") {
          assign(node.left.value, node.operator);
        } else visit(node.left);
        return;
      case "ArithmeticUnary":
        return visit(node.operand);
      case "ArithmeticTernary":
        [node.test, node.consequent, node.alternate].forEach(visit);
        return;
      case "ArithmeticGroup":
        return visit(node.expression);
      case "ArithmeticWord":
        return word(node);
      case "ArithmeticCommandExpansion":
        place.session.recorder.find(odd(node.text), spanOf(node, place.frame));
        if (node.script !== undefined) {
          place.session.script(node.script, place.frame, place.state.fork(), {
            kind: "unknown",
          });
        }
        return;
    }
  };
  const assign = (name: string, operator: string) => {
    const target = NAME.exec(name)?.[1];
    if (target === undefined) place.session.recorder.find(odd(name), span);
    else {
      if (operator !== "=") variable(target);
      setVariable(place.session, place.state, target, { pieces: [{ kind: "number" }] }, span);
    }
  };
  const variable = (name: string) => {
    if (NUMERIC.has(name)) return;
    const pieces = place.state.variables.get(name)?.pieces;
    if (pieces === undefined || !pieces.every(isNumeric)) {
      place.session.recorder.find(odd(name), span);
    }
  };
  const word = (node: ArithmeticExpression & { type: "ArithmeticWord" }) => {
    if (node.parts === undefined) {
      const name = NAME.exec(node.value)?.[1];
      if (name !== undefined) variable(name);
      else if (!NUMBER.test(node.value)) place.session.recorder.find(odd(node.value), span);
      return;
    }
    if (!expand(node).every(isNumeric)) place.session.recorder.find(odd(node.value), span);
  };
  visit(expression);
}

function isNumeric(piece: Piece): boolean {
  return piece.kind === "number" || (piece.kind === "text" && NUMBER.test(piece.text));
}

function isAssignment(operator: string): boolean {
  return operator.endsWith("=") && !["==", "!=", "<=", ">="].includes(operator);
}

function odd(text: string) {
  return needsPerson("arithmetic", `"${text.trim()}" in arithmetic may run a command`);
}
