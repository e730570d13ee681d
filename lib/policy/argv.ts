import { Call } from "./call.ts";
import { type Finding, isInside, judgePath, resolvePath } from "./paths.ts";
import { applyRules } from "./rules.ts";
import { type ArgvOptions, needsPerson, refused, type Session } from "./session.ts";
import { isDownloaded } from "./downloads.ts";
import type { Span } from "./recorder.ts";
import { moduleOf, tableOf } from "./specs/mod.ts";
import type { ShellState } from "./state.ts";
import type { Table } from "./table.ts";
import {
  type Arg,
  display,
  known,
  prefixOf,
  type Stream,
  taintOf,
  UNKNOWN_STREAM,
} from "./values.ts";
import { callFunction } from "./functions.ts";

/** Directories that the system's own programs are in. */
const SYSTEM_BINS = /^\/(?:usr\/(?:local\/)?)?s?bin\/[^/]+$/;
/** Places in a repository where its own test programs are installed. */
const LOCAL_BINS = /(?:^|\/)(?:\.?venv|env)\/bin\/[^/]+$|(?:^|\/)node_modules\/\.bin\/[^/]+$/;
/** Words of an unknown program that are tried as the start of a command. */
const MAX_TAILS = 40;

/** Judges a program with its words and says what it prints. */
export function judgeArgv(
  session: Session,
  args: readonly Arg[],
  state: ShellState,
  stdin: Stream,
  how: ArgvOptions,
): Stream {
  const [first, ...rest] = args;
  if (first === undefined) return UNKNOWN_STREAM;
  session.spend(args.length);
  const span = { start: first.start, end: Math.max(first.end, args.at(-1)?.end ?? 0) };
  for (const finding of applyRules(args, session.context.rules ?? [])) {
    session.recorder.find(finding, span);
  }
  const name = known(first);
  if (name === undefined) return unknownName(session, first, rest, state, span);
  const aliased = how.external === true ? undefined : state.aliases.get(name);
  if (aliased !== undefined) {
    session.recorder.find(needsPerson("alias", `"${name}" is an alias`), first);
    session.recorder.onlyDenials(() =>
      session.text(`${aliased} ${rest.map(display).join(" ")}`, span, state.fork(), stdin)
    );
  }
  const bodies = how.external === true ? undefined : state.functions.get(name);
  if (bodies !== undefined) {
    let printed = UNKNOWN_STREAM;
    for (const body of bodies) {
      printed = callFunction(session, name, body, rest, state, stdin, span);
    }
    if (!state.maybe.has(name)) return bodies.length === 1 ? printed : UNKNOWN_STREAM;
  }
  session.recorder.effect("exec", name);
  const base = name.slice(name.lastIndexOf("/") + 1);
  const table = how.module === true ? moduleOf(base) : tableOf(base);
  if (name.includes("/") && !SYSTEM_BINS.test(name)) {
    const finding = judgeProgramPath(name, first, table, state, session);
    if (finding !== undefined) {
      session.recorder.find(finding, first);
      session.recorder.onlyDenials(() => {
        if (table === undefined) unknownProgram(session, rest, state);
        else judgeCall(new Call(session, state, base, rest, span, stdin, table), table);
      });
      return UNKNOWN_STREAM;
    }
  }
  if (table === undefined) {
    session.recorder.find(needsPerson("unknown_program", `"${name}" is no known program`), first);
    if (how.tails !== false) unknownProgram(session, rest, state);
    return UNKNOWN_STREAM;
  }
  return judgeCall(new Call(session, state, base, rest, span, stdin, table), table);
}

function unknownName(
  session: Session,
  first: Arg,
  rest: readonly Arg[],
  state: ShellState,
  span: Span,
): Stream {
  const finding = taintOf(first) === undefined
    ? needsPerson("unknown_program", `"${display(first)}" is not known before the command runs`)
    : refused("download_and_run", "What was downloaded or decoded would be run");
  session.recorder.find(finding, span);
  session.recorder.effect("exec", display(first));
  unknownProgram(session, rest, state);
  return UNKNOWN_STREAM;
}

function judgeProgramPath(
  name: string,
  arg: Arg,
  table: Table | undefined,
  state: ShellState,
  session: Session,
): Finding | undefined {
  if (isDownloaded(arg, state)) {
    return refused("download_and_run", `"${name}" was downloaded by the same command`);
  }
  const denied = state.dirs.flatMap((dir) => judgePath(name, "stat", dir, session.context))
    .find(({ decision }) => decision === "deny");
  if (denied !== undefined) return denied;
  const own = table?.runner === true && LOCAL_BINS.test(name) && state.dirs.length > 0 &&
    state.dirs.every((dir) => isInside(resolvePath(dir, name), session.context.repository));
  return own
    ? undefined
    : needsPerson("program_by_path", `"${name}" is a program that is not the system's`);
}

/** An unknown program may run its words, or use the files they name. */
function unknownProgram(session: Session, rest: readonly Arg[], state: ShellState): void {
  for (const arg of rest) {
    const text = known(arg)?.replace(/^-{1,2}[\w-]+=/, "").replace(/^@/, "");
    if (taintOf(arg) === "download") {
      session.recorder.find(refused("download_and_run", "A download would be run"), arg);
    }
    if (text === undefined) continue;
    for (const dir of state.dirs) {
      for (const finding of judgePath(text, "read", dir, session.context)) {
        if (finding.decision === "deny") session.recorder.find(finding, arg);
      }
    }
    if (/[\s{$`;&|<>]/.test(text)) {
      session.recorder.onlyDenials(() => session.text(text, arg, state.fork(), UNKNOWN_STREAM));
    }
  }
  for (let index = 0; index < Math.min(rest.length, MAX_TAILS); index++) {
    const tail = rest.slice(index);
    if (tableOf((known(tail[0] as Arg) ?? "").replace(/^.*\//, "")) === undefined) continue;
    session.recorder.onlyDenials(() =>
      session.argv(tail, state.fork(), UNKNOWN_STREAM, { external: true, tails: false })
    );
  }
}

/** Judges a call by its table, going down into sub-commands. */
function judgeCall(call: Call, table: Table): Stream {
  if (onlyVersion(call, table)) return UNKNOWN_STREAM;
  if (table.always !== undefined) {
    call.role(table.always.role, undefined, call.span, table.always.why);
  }
  const always = table.commands !== undefined || table.runner === true;
  if (always || (table.here === true && call.options.operands.length === 0)) {
    call.file(call.word("."), "stat");
  }
  const fromFile =
    table.runner === true && !/^(?:npm|pnpm|yarn|deno|eslint|jest|vitest)$/.test(call.name)
      ? call.args.find((arg) => prefixOf(arg).startsWith("@"))
      : undefined;
  if (fromFile !== undefined) {
    call.find(
      needsPerson("configuration", `"${display(fromFile)}" may name flags in a file`),
      fromFile,
    );
  }
  if (table.whole !== undefined) return table.whole(call) ?? defaultOutput(call);
  if (table.commands !== undefined && call.options.operands.length > 0) {
    return judgeCommand(call, table, table.commands);
  }
  if (table.commands !== undefined && table.bare !== true && !asksForHelp(call)) {
    call.find(needsPerson("unknown_command", `"${call.path}" alone is not known to be harmless`));
  }
  call.judgeTable();
  table.judge?.(call);
  return table.output?.(call) ?? defaultOutput(call);
}

/** Every known program says its version and its flags without doing anything else. */
function onlyVersion(call: Call, { always }: Table): boolean {
  const refusedAnyway = always !== undefined && /^(?:destroy|privilege|escape)$/.test(always.role);
  return !refusedAnyway && call.path === call.name && call.args.length === 1 &&
    /^--(?:version|help)$/.test(known(call.args[0] as Arg) ?? "");
}

function asksForHelp(call: Call): boolean {
  return call.given("--help", "--version", "-h", "-V", "-v").length > 0;
}

/** `git log`: flags before the word are the program's, everything after it the sub-command's. */
function judgeCommand(
  call: Call,
  parent: Table,
  commands: Readonly<Record<string, Table>>,
): Stream {
  const word = call.options.operands[0] as Arg;
  const at = call.args.indexOf(word);
  const head = new Call(
    call.session,
    call.state,
    call.name,
    call.args.slice(0, at),
    call.span,
    call.stdin,
    { ...parent, operands: [] },
    call.path,
  );
  head.judgeTable();
  parent.judge?.(head);
  const name = known(word);
  const table = name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined;
  const rest = call.args.slice(at + 1);
  if (table === undefined) {
    call.find(
      needsPerson("unknown_command", `"${call.path} ${display(word)}" is no known command`),
      word,
    );
    unknownProgram(call.session, rest, head.state);
    return UNKNOWN_STREAM;
  }
  return judgeCall(
    new Call(
      call.session,
      head.state,
      call.name,
      rest,
      call.span,
      call.stdin,
      table,
      `${call.path} ${name}`,
    ),
    table,
  );
}

function defaultOutput(call: Call): Stream {
  const { stdin, table } = call;
  if (stdin.kind === "unknown" && stdin.taint !== undefined) return stdin;
  const flags = table.lines?.split(" ");
  const passes = flags !== undefined && call.options.operands.length === 0 &&
    call.options.given.every(({ flag }) => flags.includes(flag.name));
  return passes && (stdin.kind === "paths" || stdin.kind === "numbers") ? stdin : UNKNOWN_STREAM;
}
