import type { Call } from "../call.ts";
import { needsPerson } from "../session.ts";
import type { Tables } from "../table.ts";
import { type Arg, display, known } from "../values.ts";

/** What a sed script may touch beside its output. */
interface SedFound {
  /** Files that `r` and `R` print. */
  readonly reads: string[];
  /** Commands that write files or run programs, or text that is not understood. */
  readonly odd: string[];
}

/** Reads a sed script; everything that is not plainly output only is `odd`. */
export function readSed(script: string): SedFound {
  const found: SedFound = { reads: [], odd: [] };
  let at = 0;
  const rest = () => script.slice(at);
  const take = (pattern: RegExp): string | undefined => {
    const match = pattern.exec(rest());
    if (match === null || match.index !== 0) return undefined;
    at += match[0].length;
    return match[0];
  };
  // Programs differ on whether a delimiter inside brackets ends the pattern: then it is not understood.
  const delimited = (isPattern: boolean): string | undefined => {
    const mark = script[at];
    if (mark === undefined || mark === "\\" || mark === "\n") return undefined;
    const start = ++at;
    while (at < script.length) {
      const bracket = isPattern ? /^\[\^?\]?(?:\[:\w+:\]|[^\]\n])*\]/.exec(rest())?.[0] : undefined;
      if (bracket !== undefined) {
        if (bracket.includes(mark)) return undefined;
        at += bracket.length;
        continue;
      }
      const char = script[at];
      if (char === mark) return script.slice(start, at++);
      if (char === "\n") return undefined;
      at += char === "\\" ? 2 : 1;
    }
    return undefined;
  };
  const address = (): boolean => {
    if (take(/^(?:\d+(?:~\d+)?|\$|\+\d+|~\d+)/) !== undefined) return true;
    if (script[at] === "\\") at++;
    else if (script[at] !== "/") return true;
    const pattern = delimited(true);
    take(/^[IM]*/);
    return pattern !== undefined;
  };
  while (at < script.length) {
    if (take(/^[\s;]+/) !== undefined) continue;
    if (!address()) return odd(found, rest());
    if (take(/^\s*,\s*/) !== undefined && !address()) return odd(found, rest());
    take(/^\s*!*\s*/);
    const command = script[at++] ?? "";
    if (/[{}]/.test(command)) continue;
    if (command === "#") take(/^[^\n]*/);
    else if (/[aic]/.test(command)) take(/^(?:\\\n|[^\n\\]|\\[\s\S])*/);
    else if (/[:btT]/.test(command)) take(/^\s*[\w.-]*/);
    else if (/[=dDgGhHnNpPxzFlqQ]/.test(command)) take(/^\s*\d*/);
    else if (command === "s") {
      if (delimited(true) === undefined) return odd(found, "s");
      at--;
      if (delimited(false) === undefined) return odd(found, "s");
      take(/^[gpiIMm\d]*/);
    } else if (command === "y") {
      if (delimited(false) === undefined) return odd(found, "y");
      at--;
      if (delimited(false) === undefined) return odd(found, "y");
    } else if (/[rR]/.test(command)) found.reads.push((take(/^[^\n]*/) ?? "").trim());
    else if (/[wW]/.test(command) && take(/^\s*\/dev\/std(?:out|err)\s*(?:\n|$)/) !== undefined) {
      continue;
    } else return odd(found, `${command}${rest()}`);
    if (take(/^\s*(?:[;\n}]|$)/) === undefined) return odd(found, rest());
    if (script[at - 1] === "}") at--;
  }
  return found;
}

function odd(found: SedFound, what: string): SedFound {
  found.odd.push(what);
  return found;
}

function judgeScript(call: Call, arg: Arg): void {
  const script = known(arg);
  const { reads, odd } = script === undefined
    ? { reads: [], odd: [display(arg)] }
    : readSed(script);
  for (const path of reads) call.file(call.word(path, arg), "read");
  for (const text of odd) {
    call.find(
      needsPerson("script", `"${text}" in a sed script may write files or run programs`),
      arg,
    );
  }
  // `s/x/y/e` and `e command` run what they find: look into the text of the script.
  if (script !== undefined && odd.length > 0) {
    for (const line of script.split(/[;\n]/)) {
      call.lookForDenials(call.word(line.replace(/^\s*[\d$,]*\s*[ewWrR]\s*/, " "), arg));
    }
  }
}

function sed(call: Call): void {
  const { operands } = call.options;
  const scripts = call.given("-e", "--expression");
  const hasScript = scripts.length > 0 || call.given("-f", "--file").length > 0;
  for (const { value } of scripts) if (value !== undefined) judgeScript(call, value);
  if (!hasScript && operands[0] !== undefined) judgeScript(call, operands[0]);
  const edits = call.given("-i", "--in-place").length > 0;
  for (const file of hasScript ? operands : operands.slice(1)) {
    call.file(file, edits ? "write" : "read");
  }
}

/** `sed` and what it prints. */
export const SED: Tables = {
  "sed gsed": {
    operands: "text",
    flags: {
      none:
        "--help --version -n -E -r -s -u -z --quiet --silent --regexp-extended --separate --unbuffered " +
        "--null-data --posix --debug --sandbox --follow-symlinks",
      text: "-e: --expression: -l: --line-length:",
      write: "-i? --in-place?",
      config: "-f: --file:",
    },
    judge: sed,
  },
};
