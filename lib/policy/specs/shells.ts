import type { Call } from "../call.ts";
import { isDownloaded } from "../downloads.ts";
import { needsPerson, refused } from "../session.ts";
import { ShellState } from "../state.ts";
import type { Tables } from "../table.ts";
import { type Arg, display, known, type Stream, streamPieces } from "../values.ts";

/** Words joined by blanks, as `eval` and `ssh` do. */
export function joinWords(args: readonly Arg[]): Arg {
  const first = args[0];
  const pieces = args.flatMap((arg, index) =>
    index === 0 ? arg.pieces : [{ kind: "text", text: " ", quoted: true } as const, ...arg.pieces]
  );
  return { pieces, start: first?.start ?? 0, end: args.at(-1)?.end ?? 0 };
}

function evaluate(call: Call): Stream {
  const args = known(call.args[0] ?? call.word("")) === "--" ? call.args.slice(1) : call.args;
  return call.script(joinWords(args), call.state);
}

/** `source file`, `. file`: the file's commands run in this shell. */
function source(call: Call): void {
  const [file] = call.options.operands;
  if (file !== undefined) runFile(call, file, call.state);
}

/** Judges a script file that a shell would run. */
function runFile(call: Call, file: Arg, state = freshState(call)): Stream | void {
  const process = file.pieces.length === 1 ? file.pieces[0] : undefined;
  if (process?.kind === "process") return runStream(call, process.stream, state);
  if (isDownloaded(file, call.state)) {
    call.find(
      refused("download_and_run", `"${display(file)}" was downloaded and would be run`),
      file,
    );
  }
  call.file(file, "read");
  call.find(needsPerson("executes", `The script "${display(file)}" would be run`), file);
}

/** Judges what a shell would read as its script. */
function runStream(call: Call, stream: Stream, state = freshState(call)): Stream {
  const script: Arg = { pieces: streamPieces(stream, "its input"), ...call.span };
  if (/^(?:da|a)?sh$/.test(call.name)) judgeDialect(call, script);
  return call.script(script, state);
}

function freshState(call: Call): ShellState {
  const state = new ShellState(call.state.dirs);
  state.downloads = call.state.downloads;
  for (const [name, variable] of call.state.variables) {
    if (variable.exported === true) state.variables.set(name, variable);
  }
  return state;
}

/** A shell: a script as a word, as a file, or on its input. */
function shell(call: Call): Stream | void {
  const [first, ...rest] = call.options.operands;
  if (call.given("-c").length > 0) {
    if (first === undefined) return;
    judgeDialect(call, first);
    const state = freshState(call);
    state.positional = rest.slice(1);
    return call.script(first, state);
  }
  if (call.given("--version", "--help").length > 0) return;
  if (first === undefined || call.given("-s").length > 0) return runStream(call, call.stdin);
  if (call.given("-n").length > 0) call.file(first, "read");
  else return runFile(call, first);
}

/**
 * What bash reads differently from a plain shell: there `[[ a > b ]]` writes a file, `cmd &> f` goes on in the
 * background, and the text is judged as bash.
 */
const BASH_ONLY =
  /\[\[|(?<!\$)\(\(|\bfunction\b|<<<|[<>]\(|\$['"]|\|&|&>|>&\s*[^\s\d-]|\{[^}\s]*(?:,|\.\.)|\$\[|\bselect\b|\btime\b/;

function judgeDialect(call: Call, script: Arg): void {
  if (call.name !== "bash" && BASH_ONLY.test(known(script) ?? "")) {
    call.find(
      needsPerson("dialect", `The script is not one that "${call.name}" and bash read alike`),
      script,
    );
  }
}

const SHELL_FLAGS = {
  none: "-c -e -u -x -v -n -f -h -k -s -m -B -C -E -T --version --help --noprofile --norc --posix",
  text: "-o:",
  approve: "-i -l --login --restricted -r -p -t -a -b -D --debugger --verbose -O:",
  config: "--rcfile: --init-file:",
} as const;

/** Shells, and words of the shell that run a script. */
export const SHELLS: Tables = {
  eval: { whole: evaluate },
  "source .": { style: "none", operands: "text", judge: source },
  "sh bash dash ash": {
    stop: true,
    style: "exact",
    operands: "text",
    flags: SHELL_FLAGS,
    output: (call) => shell(call) ?? { kind: "unknown" },
  },
  "zsh ksh mksh ksh93 fish csh tcsh rbash pwsh": {
    stop: true,
    style: "exact",
    operands: "text",
    flags: SHELL_FLAGS,
    always: { role: "approve", why: "another kind of shell" },
    output: (call) => shell(call) ?? { kind: "unknown" },
  },
};
