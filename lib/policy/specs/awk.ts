import type { Call } from "../call.ts";
import { needsPerson } from "../session.ts";
import { stringsOf } from "./program_text.ts";
import type { Tables } from "../table.ts";
import { type Arg, display, known } from "../values.ts";

const KEYWORDS = /^(?:return|print|printf|in|else|do|case|getline|delete|exit)$/;

/**
 * The code of an awk program without strings, patterns and comments; undefined when it cannot be told where
 * one of them ends.
 */
function codeOf(program: string): string | undefined {
  let code = "";
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    const match = pattern.exec(program.slice(at));
    if (match === null) return undefined;
    at += match[0].length;
    return match[0];
  };
  // What a slash means depends on what is before it: after a value it divides.
  let afterValue: boolean | undefined = false;
  while (at < program.length) {
    if (take(/^[ \t\r]+/) !== undefined) code += " ";
    else if (take(/^#[^\n]*/) !== undefined) continue;
    else if (program.startsWith("\\", at)) return undefined;
    else if (program[at] === '"') {
      if (take(/^"(?:\\[^\n]|[^"\\\n])*"/) === undefined) return undefined;
      code += '""';
      afterValue = true;
    } else if (program[at] === "/" && afterValue === undefined) return undefined;
    else if (program[at] === "/" && afterValue === false) {
      if (
        take(/^\/(?:\\[^\n]|\[\^?\]?(?:\\[^\n]|\[:\w+:\]|[^\]\\\n])*\]|[^/\\\n[])+\//) === undefined
      ) return undefined;
      code += '""';
      afterValue = true;
    } else {
      const word = take(/^\w+/);
      const sign = word ?? take(/^(?:\+\+|--)/) ?? program[at++] ?? "";
      code += sign;
      // After ")" a slash may divide or start a pattern: `if (x) /re/`.
      if (word !== undefined) afterValue = !KEYWORDS.test(word);
      else if (sign === ")" || sign === "++" || sign === "--") afterValue = undefined;
      else afterValue = sign === "]" || sign === "$";
    }
  }
  return code;
}

/** Why an awk program may do more than print; undefined when it cannot. */
export function oddAwk(program: string): string | undefined {
  const code = codeOf(program);
  if (code === undefined) return "a text that is not understood";
  const word = /\b(?:system|getline|ENVIRON|PROCINFO|SYMTAB|FUNCTAB|ARGV|ARGC|fflush|close)\b|@/
    .exec(code);
  if (word !== null) return word[0];
  if (/(?:^|[^|])\|(?:[^|]|$)/.test(code)) return "|";
  // In an action a ">" outside parentheses may send what is printed to a file.
  let braces = 0;
  let parentheses = 0;
  for (const char of code) {
    if (char === "{") braces++;
    if (char === "}") braces--;
    if (char === "(") parentheses++;
    if (char === ")") parentheses--;
    if (char === ">" && braces > 0 && parentheses <= 0) return ">";
  }
  return undefined;
}

function judgeProgram(call: Call, arg: Arg): void {
  const text = known(arg);
  const odd = text === undefined ? display(arg) : oddAwk(text);
  if (odd === undefined) return;
  call.find(
    needsPerson("script", `"${odd}" in an awk program may write files or run programs`),
    arg,
  );
  for (const inner of stringsOf(text ?? "")) call.lookForDenials(call.word(inner, arg));
}

function awk(call: Call): void {
  const { operands } = call.options;
  const sources = call.given("-e", "--source");
  const fromFile = call.given("-f", "--file", "-E", "--exec").length > 0;
  for (const { value } of sources) if (value !== undefined) judgeProgram(call, value);
  const own = sources.length === 0 && !fromFile;
  if (own && operands[0] !== undefined) judgeProgram(call, operands[0]);
  for (const file of own ? operands.slice(1) : operands) {
    const assignment = /^[A-Za-z_]\w*=/.test(known(file) ?? "");
    if (!assignment) call.file(file, "read");
  }
}

/** `awk` programs that only print. */
export const AWK: Tables = {
  "awk gawk mawk nawk original-awk": {
    operands: "text",
    style: "exact",
    stop: true,
    flags: {
      none: "--help --version -b -c -C -g -h -M -n -N -O -P -r -s -S -t -V --posix --traditional " +
        "--characters-as-bytes --re-interval --sandbox --csv -k",
      text: "-F: -v: --field-separator: --assign: -e: --source:",
      config: "-f: --file: -E: --exec: -i: --include: -l: --load:",
      write: "-o? --pretty-print? -p? --profile? -d? --dump-variables?",
    },
    judge: awk,
  },
};
