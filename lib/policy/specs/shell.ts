import type { Call } from "../call.ts";
import { judgeAssignment, judgeEnvironment } from "../environment.ts";
import { resolvePath } from "../paths.ts";
import { needsPerson } from "../session.ts";
import type { Tables } from "../table.ts";
import { setVariable } from "../variables.ts";
import { display, dropPrefix, known, prefixOf, type Stream, streamPieces } from "../values.ts";

const TEXT = { style: "none", operands: "text" } as const;

/** `cd`: where the shell is afterwards, and where it still is when that fails. */
function changeDirectory(call: Call): void {
  const { state, session: { context } } = call;
  const target = call.options.operands[0];
  const path = target === undefined ? context.home : known(target);
  const before = state.dirs;
  if (path === undefined || path === "-" || path === "" || /^\+\d|^-\d/.test(path)) {
    state.dirs = [];
    return;
  }
  const after = path.startsWith("/")
    ? [resolvePath("/", path)]
    : before.map((dir) => resolvePath(dir, path));
  const certain = after.length > 0 && after.every((dir) => context.files.kind(dir) === "directory");
  if (before.length === 0 && !certain) return;
  // Links are followed when the path is judged; the shell keeps the path as it was typed.
  state.dirs = [...new Set(after)];
  state.ifFailed = certain ? [] : before;
}

/** Words of a declaration: `NAME`, `NAME=value`. */
function declare(call: Call, exported: boolean): void {
  for (const arg of call.options.operands) {
    const text = prefixOf(arg);
    const match = /^([A-Za-z_]\w*)(\+?=|$)/.exec(text);
    if (match === null || (match[2] === "" && known(arg) === undefined)) {
      call.plainName(arg);
      continue;
    }
    const [whole, name = "", sign] = match;
    const value = dropPrefix(arg, whole.length);
    const judge = exported ? judgeEnvironment : judgeAssignment;
    const set = sign === "" ? call.state.variables.get(name)?.pieces ?? [] : value.pieces;
    const finding = judge(name, known({ ...arg, pieces: set }));
    if (finding !== undefined) call.find(finding, arg);
    call.session.recorder.effect("env", name);
    if (sign === "") {
      const variable = call.state.variables.get(name);
      if (variable !== undefined && exported) {
        call.state.variables.set(name, { ...variable, exported });
      }
    } else if (sign === "+=") call.state.forget(name);
    else {call.state.variables.set(name, {
        pieces: value.pieces,
        ...(exported ? { exported } : {}),
      });}
  }
}

function export_(call: Call): void {
  if (call.options.operands.length === 0 || call.given("-p").length > 0) {
    call.find(needsPerson("environment", "The environment would be shown"));
  }
  declare(call, true);
}

function declaration(call: Call): void {
  if (call.options.operands.length === 0) {
    if (call.given("-f", "-F").length === 0) {
      call.find(needsPerson("environment", "All variables would be shown"));
    }
    return;
  }
  declare(call, call.given("-x").length > 0);
}

/** `set`: options of the shell, or new words. */
function set(call: Call): void {
  const texts = call.args.map(known);
  if (texts.length === 0) {
    call.find(needsPerson("environment", "All variables would be shown"));
    return;
  }
  const dashes = texts.indexOf("--");
  if (dashes >= 0) call.state.positional = call.args.slice(dashes + 1);
  const options = dashes >= 0 ? texts.slice(0, dashes) : texts;
  for (const [index, option] of options.entries()) {
    const named = /^[-+]\w*o$/.test(options[index - 1] ?? "") &&
      /^(?:pipefail|errexit|nounset|xtrace|noglob|verbose|noclobber)$/.test(option ?? "");
    if (!named && !/^[-+][eufxvnChbmBo]+$/.test(option ?? "")) {
      call.find(
        needsPerson("shell_option", `"set ${option ?? "…"}" is not worked out`),
        call.args[index],
      );
    }
  }
}

function shopt(call: Call): void {
  for (const arg of call.options.operands) {
    if (
      !/^(?:nullglob|globstar|failglob|nocasematch|inherit_errexit|checkwinsize)$/.test(
        known(arg) ?? "",
      )
    ) {
      call.find(needsPerson("shell_option", `"shopt ${display(arg)}" is not worked out`), arg);
    }
  }
}

function alias(call: Call): void {
  for (const arg of call.args) {
    const match = /^([^=]+)=([\s\S]*)$/.exec(known(arg) ?? "");
    if (match === null) continue;
    const [, name = "", text = ""] = match;
    call.state.aliases.set(name, text);
    call.find(needsPerson("alias", `"${name}" would become another command`), arg);
    call.lookForDenials(call.word(` ${text}`, arg));
  }
}

/** `read`: variables from the input. */
function read(call: Call): void {
  const names = call.options.operands.length === 0 ? [call.word("REPLY")] : call.options.operands;
  const stdin: Stream = call.given("-u").length > 0 ? { kind: "unknown" } : call.stdin;
  const lines = stdin.kind === "text" ? stdin.text.trimEnd().split("\n") : [];
  for (const arg of names) {
    call.plainName(arg);
    const name = known(arg);
    if (name === undefined) continue;
    const single = names.length === 1 && call.given("-a").length === 0 &&
      (stdin.kind !== "text" || lines.length === 1);
    const pieces = single
      ? streamPieces(stdin, `$${name}`)
      : streamPieces({ kind: "unknown" }, `$${name}`);
    setVariable(call.session, call.state, name, { pieces }, arg);
  }
}

function mapfile(call: Call): void {
  const name = known(call.options.operands[0] ?? call.word("MAPFILE"));
  if (name === undefined || !/^\w+$/.test(name)) {
    call.find(needsPerson("arithmetic", "The name of the array is not plain"));
    return;
  }
  const other = call.stdin.kind === "text" || call.given("-u", "-d").length > 0;
  const pieces = streamPieces(
    other ? { kind: "unknown" } : call.stdin,
    `$${name}`,
  );
  const elements = [{ pieces, ...call.span, many: true }];
  setVariable(call.session, call.state, name, { pieces, elements }, call.span);
}

function trap(call: Call): void {
  const [action, ...signals] = call.options.operands;
  if (action === undefined || signals.length === 0 || known(action) === "-") return;
  call.script(action);
  // It runs later, when variables and the directory may be others.
  const state = call.state.fork();
  for (const name of state.variables.keys()) state.forget(name);
  state.dirs = [];
  call.script(action, state);
}

function shift(call: Call): void {
  const count = Number(known(call.args[0] ?? call.word("1")));
  call.state.positional = Number.isInteger(count)
    ? call.state.positional.slice(count)
    : [{ pieces: [{ kind: "unknown", why: "$@" }], ...call.span, many: true }];
}

/** `let` with anything but plain counting is arithmetic that is not worked out. */
function let_(call: Call): void {
  for (const arg of call.args) {
    const match = /^([A-Za-z_]\w*)(?:[-+*/%]?=[-+*/%() \d]+|\+\+|--)$/.exec(known(arg) ?? "");
    if (match === null) {
      call.find(needsPerson("arithmetic", `"${display(arg)}" may run a command`), arg);
    } else {
      const pieces = [{ kind: "number" } as const];
      setVariable(call.session, call.state, match[1] ?? "", { pieces }, arg);
    }
  }
}

/** `exec`, `command`, `builtin`: the words are the command. */
function runWords(call: Call): Stream | void {
  const { operands } = call.options;
  if (call.given("-v", "-V").length > 0 || operands.length === 0) return;
  // In this shell: `command cd ..` changes its directory.
  return call.session.argv(operands, call.state, call.stdin, { external: true });
}

function unset(call: Call): void {
  for (const arg of call.options.operands) {
    call.plainName(arg);
    const name = known(arg) ?? "";
    const finding = judgeAssignment(name, undefined);
    if (finding !== undefined) call.find(finding, arg);
    if (call.given("-f").length > 0) call.state.functions.delete(name);
    else call.state.forget(name);
  }
}

/** Words that the shell itself runs. */
export const SHELL: Tables = {
  "cd chdir": {
    operands: "text",
    flags: { none: "-L -P -e -@" },
    judge: changeDirectory,
    style: "exact",
  },
  "pushd popd": {
    operands: "text",
    style: "none",
    whole: (call) => {
      call.state.ifFailed = [];
      if (call.name === "pushd" && call.args.length === 1) changeDirectory(call);
      else call.state.dirs = [];
    },
  },
  "dirs times caller jobs umask ulimit": TEXT,
  wait: { style: "exact", operands: "text", flags: { none: "-n -f", approve: "-p:" } },
  "exit return break continue logout": TEXT,
  shift: { ...TEXT, judge: shift },
  export: {
    operands: "text",
    style: "exact",
    flags: { none: "-n -p", approve: "-f" },
    judge: export_,
  },
  "declare typeset local readonly": {
    operands: "text",
    style: "exact",
    flags: { none: "-a -A -r -l -u -g -x -f -F", approve: "-i -n -p -t -I" },
    judge: declaration,
  },
  unset: { operands: "text", flags: { none: "-f -v", approve: "-n" }, judge: unset },
  set: { whole: set },
  shopt: {
    operands: "text",
    style: "exact",
    flags: { none: "-s -u -q -p", approve: "-o" },
    judge: shopt,
  },
  alias: { whole: alias },
  unalias: TEXT,
  "exec command builtin": {
    stop: true,
    style: "exact",
    operands: "text",
    flags: { none: "-v -V -p -c -l", text: "-a:" },
    output: (call) => runWords(call) ?? { kind: "unknown" },
  },
  "type hash": {
    operands: "text",
    style: "exact",
    flags: { none: "-a -f -P -t -l -r -d", approve: "-p" },
  },
  read: {
    operands: "text",
    style: "exact",
    flags: { none: "-r -s -e -a", text: "-p: -n: -N: -t: -d: -u: -i:" },
    judge: read,
  },
  "mapfile readarray": {
    operands: "text",
    style: "exact",
    flags: { none: "-t", text: "-d: -n: -O: -s: -u: -c:", exec: "-C:" },
    judge: mapfile,
  },
  trap: { operands: "text", style: "exact", flags: { none: "-l -p" }, stop: true, judge: trap },
  let: { whole: let_ },
  getopts: {
    ...TEXT,
    judge: (call) => {
      call.plainName(call.args[1] ?? call.word("name"));
      for (const name of [known(call.args[1] ?? call.word("")) ?? "", "OPTARG"]) {
        const pieces = [{ kind: "unknown", why: `$${name}` } as const];
        setVariable(call.session, call.state, name, { pieces }, call.span);
      }
    },
  },
};
