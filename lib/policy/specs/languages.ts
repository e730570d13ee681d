import type { Call } from "../call.ts";
import { isDownloaded } from "../downloads.ts";
import { needsPerson, refused } from "../session.ts";
import type { Table, Tables } from "../table.ts";
import { type Arg, display, known } from "../values.ts";
import { judgeProgramText } from "./program_text.ts";
import { PYTEST, UNITTEST } from "./pytest.ts";
import { PIP } from "./python.ts";

/** Input that an interpreter would run. */
function judgeInput(call: Call): void {
  const { stdin } = call;
  if (stdin.kind === "text") judgeProgramText(call, call.word(stdin.text));
  if (stdin.kind === "unknown" && stdin.taint !== undefined) {
    call.find(refused("download_and_run", "What was downloaded or decoded would be run"));
  }
  call.find(needsPerson("executes", `"${call.name}" runs a program from its input`));
}

function judgeFile(call: Call, file: Arg): void {
  const process = file.pieces.length === 1 ? file.pieces[0] : undefined;
  if (
    isDownloaded(file, call.state) ||
    (process?.kind === "process" && process.stream.kind === "unknown")
  ) {
    call.find(
      refused("download_and_run", `"${display(file)}" was downloaded and would be run`),
      file,
    );
  }
  call.file(file, "read");
  call.find(needsPerson("executes", `The program "${display(file)}" would be run`), file);
}

/** An interpreter: a program as a word, as a file or on its input; only its version is harmless. */
function interpreter(call: Call, ...code: string[]): void {
  if (call.given("--version", "--help", "-V", "-h", "-v").length > 0 && call.args.length === 1) {
    return;
  }
  const programs = call.given(...code);
  for (const { value } of programs) {
    if (value === undefined) continue;
    judgeProgramText(call, value);
    call.find(needsPerson("executes", `"${call.name}" would run a program`), value);
  }
  const [file] = call.options.operands;
  if (programs.length > 0) {
    if (
      call.stdin.kind === "unknown" && call.stdin.taint !== undefined &&
      /\b(?:exec|eval)\b/.test(call.args.map(display).join(" "))
    ) {
      call.find(refused("download_and_run", "What was downloaded or decoded would be run"));
    }
    return;
  }
  if (file === undefined || known(file) === "-") judgeInput(call);
  else judgeFile(call, file);
}

const language = (flags: Table["flags"] & object, ...code: string[]): Table => ({
  stop: true,
  style: "exact",
  operands: "text",
  flags,
  judge: (call) => interpreter(call, ...code),
});

/** Python modules that are understood behind `-m`. */
export const MODULES: Readonly<Record<string, Table>> = {
  pytest: PYTEST,
  unittest: UNITTEST,
  pip: PIP,
  "json.tool": {
    operands: ["read", "write"],
    most: 2,
    flags: {
      none: "--sort-keys --json-lines --compact --tab --no-indent --no-ensure-ascii --help",
      text: "--indent:",
    },
  },
  tokenize: { operands: "read", flags: { none: "-e --exact" } },
  ast: {
    operands: "read",
    flags: { none: "-a --include-attributes", text: "-m: -i: --mode: --indent:" },
  },
  tabnanny: { operands: "read", flags: { none: "-v -q" } },
  calendar: { operands: "text", flags: {} },
  platform: { operands: "text", flags: {} },
};
/** Modules that check a project and have a table of their own name. */
const CHECKERS = new Set([
  "mypy",
  "ruff",
  "black",
  "flake8",
  "pylint",
  "isort",
  "coverage",
  "pyright",
  "pyflakes",
  "pycodestyle",
]);

/** `python`: `-m` names a module that may be known; everything after it is the module's. */
function python(call: Call): void {
  const at = call.args.findIndex((arg) => /^-[BEIOPbdqsSuvx]*m/.test(known(arg) ?? ""));
  const plain = call.args.slice(0, Math.max(0, at)).every((arg) =>
    /^-[BEIOPbdqsSuvx]+$/.test(known(arg) ?? "")
  );
  if (at < 0 || !plain) {
    call.judgeTable();
    interpreter(call, "-c");
    return;
  }
  const joined = (known(call.args[at] as Arg) ?? "").replace(/^-[BEIOPbdqsSuvx]*m/, "");
  const module = joined === "" ? known(call.args[at + 1] ?? call.word("")) : joined;
  const rest = call.args.slice(at + (joined === "" ? 2 : 1));
  const name = module ?? "";
  if (Object.hasOwn(MODULES, name) || CHECKERS.has(name)) {
    call.child([call.word(name), ...rest], { external: true, module: true });
    return;
  }
  call.find(needsPerson("executes", `The module "${name}" would be run`));
  if (name === "http.server") call.session.recorder.effect("net", "python -m http.server");
  call.child([call.word(name), ...rest], { external: true });
}

const PYTHON: Table = {
  stop: true,
  style: "exact",
  operands: "text",
  flags: {
    none: "-B -b -d -E -h -I -O -P -q -s -S -u -v -V -x --help --version",
    text: "-c: -m: -W: -X: --check-hash-based-pycs:",
    approve: "-i",
  },
  whole: python,
};

/** Interpreters of programming languages. */
export const LANGUAGES: Tables = {
  "python python2 python3 pypy pypy3 python3.8 python3.9 python3.10 python3.11 python3.12 python3.13 python3.14":
    {
      ...PYTHON,
      runner: true,
    },
  "node nodejs": {
    ...language(
      {
        none: "-v -h --version --help --no-warnings",
        text: "-e: -p: --eval: --print: -c: --check:",
        config:
          "-r: --require: --import: --loader: --experimental-loader: --env-file: --inspect? --inspect-brk? -i --interactive --input-type: --max-old-space-size:",
      },
      "-e",
      "-p",
      "--eval",
      "--print",
      "-c",
      "--check",
    ),
    judge: node,
  },
  ruby: language({
    none: "-v -h --version --help -w -n -p -a -l -s -c",
    text: "-e: -F:",
    config: "-r: -I: -x? -C:",
    write: "-i?",
  }, "-e"),
  perl: language(
    {
      none: "-v -h --version -w -n -p -a -l -s -c -0 -t -T -u -U -W -X",
      text: "-e: -E: -F:",
      config: "-M: -m: -I: -x? -C? -d?",
      write: "-i?",
    },
    "-e",
    "-E",
  ),
  php: language(
    {
      none: "-v -h --version --help -i -m -n -l",
      text: "-r: -R: -B: -E:",
      config: "-d: -c: -f: -S: -t: -z: -a",
    },
    "-r",
    "-R",
    "-B",
    "-E",
  ),
  "lua luajit": language({ none: "-v -E -i -W", text: "-e:", config: "-l:" }, "-e"),
  "Rscript R julia osascript tclsh expect guile ghci scala groovy erl elixir iex": language(
    { none: "--version --help", text: "-e: -E: -c: -eval:" },
    "-e",
    "-E",
    "-c",
    "-eval",
  ),
  "bun": language(
    { none: "-v --version -h --help", text: "-e: --eval: -p: --print:" },
    "-e",
    "--eval",
    "-p",
    "--print",
  ),
  "java jshell": {
    style: "word",
    stop: true,
    operands: "approve",
    flags: {
      none: "-version --version -help --help",
      approve: "-jar: -cp: -classpath: -javaagent: -agentlib:",
    },
    judge: (call) => {
      if (call.given("-version", "--version", "-help", "--help").length === 0) {
        call.find(needsPerson("executes", "A program would be run"));
      }
    },
  },
  "javac gcc g++ clang clang++ cc c++ ld as": {
    style: "word",
    operands: "approve",
    flags: { none: "--version -version --help -v -dumpversion -dumpmachine" },
  },
  "vim vi nvim nano emacs ed ex less more most man info gdb lldb": {
    style: "none",
    operands: "text",
    whole: editor,
  },
};

/** `node --check file` and `node --test` are checks; other calls run a program. */
function node(call: Call): void {
  const checks = call.given("--check", "-c");
  if (checks.length > 0 && call.given("-e", "-p", "--eval", "--print").length === 0) {
    for (const { value } of checks) if (value !== undefined) call.file(value, "read");
    return;
  }
  interpreter(call, "-e", "-p", "--eval", "--print");
}

/** Editors and pagers wait for a person, and run commands. */
function editor(call: Call): void {
  const tail = call.args.findIndex((arg) => known(arg) === "--args");
  if (tail >= 0) call.session.recorder.onlyDenials(() => call.child(call.args.slice(tail + 1)));
  call.find(needsPerson("interactive", `"${call.name}" waits for a person and can run commands`));
  for (const arg of call.args) {
    const text = known(arg);
    if (text === undefined) continue;
    const command = /^(?:[-+]c?\s*|-c)?:?!?([\s\S]*)$/.exec(text)?.[1] ?? "";
    call.lookForDenials(call.word(` ${command.replace(/^!/, "")}`, arg));
    if (!text.startsWith("-") && !text.startsWith("+")) {
      call.session.recorder.onlyDenials(() => call.file(arg, "read"));
    }
  }
}
