import { expandValue } from "./expand.ts";
import type { TestExpression, Word } from "./parse.ts";
import { judgeArg } from "./path_args.ts";
import { needsPerson, type Place, spanOf } from "./session.ts";
import { type Arg, known } from "./values.ts";

const COMPARES_NUMBERS = new Set(["-eq", "-ne", "-lt", "-le", "-gt", "-ge"]);
const TESTS_FILES = /^-[abcdefghkprstuwxGLNOS]$/;
const COMPARES_FILES = new Set(["-nt", "-ot", "-ef"]);

/** Judges `[[ … ]]`: its numbers are arithmetic, which may run commands; its files are only looked at. */
export function judgeTest(expression: TestExpression, place: Place): void {
  const value = (word: Word): Arg => ({
    pieces: expandValue(word, place),
    ...spanOf(word, place.frame),
  });
  const number = (word: Word) => {
    const arg = value(word);
    const plain = arg.pieces.every((piece) =>
      piece.kind === "number" || (piece.kind === "text" && /^[+-]?\d*$/.test(piece.text))
    );
    if (!plain) {
      place.session.recorder.find(
        needsPerson("arithmetic", `"${word.text}" is compared as arithmetic and may run a command`),
        arg,
      );
    }
  };
  // Whether an unknown file is there says nothing that the command did not know.
  const file = (word: Word) => {
    const arg = value(word);
    if (known(arg) !== undefined) judgeArg(arg, "stat", place.state, place.session);
  };
  switch (expression.type) {
    case "TestUnary":
      if (expression.operator === "-v" || expression.operator === "-R") {
        if (!/^\w+$/.test(expression.operand.text)) number(expression.operand);
      } else if (TESTS_FILES.test(expression.operator)) file(expression.operand);
      else value(expression.operand);
      return;
    case "TestBinary": {
      const judge = COMPARES_NUMBERS.has(expression.operator)
        ? number
        : COMPARES_FILES.has(expression.operator)
        ? file
        : value;
      judge(expression.left);
      judge(expression.right);
      return;
    }
    case "TestLogical":
      for (const operand of expression.operands) judgeTest(operand, place);
      return;
    case "TestNot":
      return judgeTest(expression.operand, place);
    case "TestGroup":
      return judgeTest(expression.expression, place);
  }
}
