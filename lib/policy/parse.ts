import { forEachChild, parse, type ParsedScript, type SyntaxNode } from "unbash";

export type * from "unbash";

/** Something in a text that is not shell as we know it. */
export interface SyntaxProblem {
  readonly message: string;
  readonly start: number;
  readonly end: number;
}

/** A script with everything that speaks against trusting its tree. */
export interface Parsed {
  readonly script: ParsedScript;
  readonly problems: readonly SyntaxProblem[];
}

const LIST = String.raw`[;&\n]|#[^\n]*`;
const TEST = String.raw`\[\[|\]\]|&&|\|\||[!()<>]|==?|!=|=~|-[a-zA-Z]{1,2}`;

/** What may stand between the children of a node; words and redirections are covered by themselves. */
const BETWEEN: Readonly<Record<string, string>> = {
  Script: LIST,
  CompoundList: LIST,
  Statement: LIST,
  AndOr: String.raw`&&|\|\||\n|#[^\n]*`,
  Pipeline: String.raw`\|&?|\n|#[^\n]*`,
  If: `if|then|else|fi|${LIST}`,
  Elif: `elif|then|${LIST}`,
  For: `for|in|do|done|[{}]|${LIST}`,
  Select: `select|in|do|done|[{}]|${LIST}`,
  While: `while|until|do|done|${LIST}`,
  ArithmeticFor: String.raw`for|\(\(|\)\)|do|done|[{}]|${LIST}`,
  Case: `case|in|esac|[()|]|;;&?|;&|${LIST}`,
  CaseItem: `[()|]|;;&?|;&|${LIST}`,
  Subshell: `[()]|${LIST}`,
  BraceGroup: `[{}]|${LIST}`,
  Function: String.raw`function|\(\s*\)|${LIST}`,
  Coproc: "coproc",
  TestCommand: TEST,
  TestUnary: TEST,
  TestBinary: TEST,
  TestLogical: `${TEST}|\\n`,
  TestNot: TEST,
  TestGroup: `${TEST}|\\n`,
};
const ALLOWED = new Map(
  Object.entries(BETWEEN).map((
    [type, tokens],
  ) => [type, new RegExp(String.raw`^(?:${tokens}|\\\n|[ \t\n])*$`)]),
);
const ONLY_BLANK = /^(?:\\\n|[ \t\n])*$/;

/** Nodes whose whole span is theirs: the lexer made them of consecutive characters. */
const COVERING: ReadonlySet<string> = new Set([
  "Word",
  "Assignment",
  "Redirect",
  "HereString",
  "HereDoc",
  "ArithmeticCommand",
  "ArithmeticBinary",
  "ArithmeticUnary",
  "ArithmeticTernary",
  "ArithmeticGroup",
  "ArithmeticWord",
  "Time",
  "Negation",
]);

/**
 * Parses bash and says what cannot be trusted: the parser is tolerant by design, so its errors are collected
 * from every nested script, and every character must belong to a node or a known operator (`ls (` passes
 * without an error).
 */
export function parseScript(source: string): Parsed {
  const script = parse(source);
  const problems: SyntaxProblem[] = [];
  checkScript(script, source, problems);
  return { script, problems };
}

function checkScript(script: ParsedScript, outer: string, problems: SyntaxProblem[]): void {
  const source = script.source ?? outer;
  for (const error of script.errors ?? []) {
    problems.push({ message: error.message, start: error.pos, end: error.pos + 1 });
  }
  const owners: (string | undefined)[] = new Array(script.end - script.pos);
  const heredocs: [number, number][] = [];
  const paint = (from: number, to: number, owner: string | undefined) => {
    owners.fill(owner, Math.max(0, from - script.pos), Math.max(0, to - script.pos));
  };
  const visit = (node: SyntaxNode, covered: boolean): void => {
    if (node.type === "Script" && node !== script) {
      checkScript(node, source, problems);
      return;
    }
    if (node.type === "HereDoc") {
      heredocs.push([node.body.pos, node.body.end]);
      if (node.closing !== undefined) heredocs.push([node.closing.pos, node.closing.end]);
      else problems.push({ message: "Unclosed heredoc", start: node.pos, end: node.end });
    }
    const covers = covered || COVERING.has(node.type);
    if (!covered) paint(node.pos, node.end, covers ? undefined : node.type);
    forEachChild(node, (child) => visit(child, covers));
  };
  visit(script, false);
  for (const [from, to] of heredocs) paint(from, to, undefined);
  checkGaps(source, script.pos, owners, problems);
}

function checkGaps(
  source: string,
  offset: number,
  owners: readonly (string | undefined)[],
  problems: SyntaxProblem[],
): void {
  let start = 0;
  for (let index = 1; index <= owners.length; index++) {
    const owner = owners[start];
    if (index < owners.length && owners[index] === owner) continue;
    if (owner !== undefined) {
      const text = source.slice(offset + start, offset + index);
      if (!(ALLOWED.get(owner) ?? ONLY_BLANK).test(text)) {
        problems.push({
          message: `"${text.trim()}" belongs to no command`,
          start: offset + start,
          end: offset + index,
        });
      }
    }
    start = index;
  }
}
