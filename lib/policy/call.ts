import { matchesName } from "./globs.ts";
import { flagsOf, type Given, type Options, readOptions } from "./options.ts";
import { judgeArg } from "./path_args.ts";
import { type Finding, resolvePath } from "./paths.ts";
import { type ArgvOptions, needsPerson, refused, type Session } from "./session.ts";
import type { Span } from "./recorder.ts";
import type { ShellState } from "./state.ts";
import type { CommandLine, Role } from "./flags.ts";
import {
  type Arg,
  display,
  known,
  prefixOf,
  type Stream,
  streamPieces,
  taintOf,
  textArg,
  UNKNOWN_STREAM,
} from "./values.ts";

/** What a role that needs a person is called and why. */
const ROLE_FINDINGS: Partial<Record<Role, (what: string) => Finding>> = {
  write: (what) => needsPerson("writes", `"${what}" changes files`),
  delete: (what) => needsPerson("writes", `"${what}" removes files`),
  exec: (what) => needsPerson("executes", `"${what}" runs another program`),
  config: (what) =>
    needsPerson("configuration", `"${what}" may load code or settings that run code`),
  names: (what) => needsPerson("unknown_path", `"${what}" reads whatever a file names`),
  net: (what) => needsPerson("network", `"${what}" uses the network`),
  env: (what) => needsPerson("environment", `"${what}" shows or changes the environment`),
  approve: (what) => needsPerson("needs_person", `"${what}" does more than read`),
  destroy: (what) => refused("destroys", `"${what}" destroys data`),
  privilege: (what) => refused("privilege", `"${what}" takes the rights of another user`),
  escape: (what) => refused("container_escape", `"${what}" leads out of the container`),
  credentials: (what) => refused("secret", `"${what}" handles keys, tokens or passwords`),
};
/** Roles of flags that a word of unknown content must not become. */
const HARMLESS_ROLES: ReadonlySet<string> = new Set([
  "none",
  "text",
  "read",
  "stat",
  "tree",
  "names",
]);

/** Roles of flags that even a value which someone else chose may become. */
const VALUE_ROLES: ReadonlySet<string> = new Set(["none", "text"]);

/** One program call that is being judged by its table. */
export class Call {
  /** Flags and operands as the table reads them. */
  readonly options: Options;

  constructor(
    readonly session: Session,
    /** Where it runs; a `dir` flag changes it. */
    public state: ShellState,
    readonly name: string,
    /** The words after the program's name. */
    readonly args: readonly Arg[],
    readonly span: Span,
    readonly stdin: Stream,
    readonly table: CommandLine,
    /** The words before it in the same call: `git`, `npm run`. */
    readonly path: string = name,
  ) {
    this.options = readOptions(args, table);
  }

  /** Records something that speaks against the call. */
  find(finding: Finding, at: Span = this.span): void {
    this.session.recorder.find(finding, at);
  }

  /** The given flags of these names. */
  given(...names: string[]): readonly Given[] {
    return this.options.given.filter(({ flag }) => names.includes(flag.name));
  }

  /** Judges what the table says of flags and operands. */
  judgeTable(): void {
    for (const given of this.options.given) if (given.flag.role === "dir") this.enter(given.value);
    for (const { flag, value, arg } of this.options.given) {
      if (flag.role !== "dir") this.role(flag.role, value, arg, flag.name);
    }
    for (const arg of this.options.unknown) {
      this.find(
        needsPerson("unknown_flag", `"${display(arg)}" is no known flag of "${this.path}"`),
        arg,
      );
      this.lookForDenials(arg);
    }
    for (const arg of this.options.maybeFlags) {
      const unknown = arg.pieces.find((piece) => piece.kind !== "text" || piece.text !== "")?.kind;
      const harmless = unknown === "unknown" ? VALUE_ROLES : HARMLESS_ROLES;
      const risky = [...flagsOf(this.table).values()].some(({ role }) => !harmless.has(role));
      if (risky && this.couldStartWithDash(arg)) {
        this.find(needsPerson("could_be_flag", `"${display(arg)}" could become a flag`), arg);
      }
    }
    this.judgeOperands();
  }

  judgeOperands(operands: readonly Arg[] = this.options.operands): void {
    const { operands: roles, most } = this.table;
    const list = typeof roles === "string" ? [roles] : roles ?? ["approve"];
    // A word that stands for several moves those after it to later places.
    const many = operands.findIndex((arg) => arg.many === true);
    operands.forEach((arg, index) => {
      const first = Math.min(index, list.length - 1);
      const last = many >= 0 && many <= index ? list.length : first + 1;
      for (const role of list.slice(first, last)) this.role(role, arg, arg, display(arg));
    });
    if (most !== undefined && (operands.length > most || many >= 0)) {
      this.find(needsPerson("operands", `"${this.path}" takes at most ${most} operands`));
    }
  }

  /** Judges a word in a role; `name` is the flag that gave it the role. */
  role(role: Role, value: Arg | undefined, at: Span, name: string): void {
    switch (role) {
      case "none":
      case "text":
        return;
      case "dir":
        return this.enter(value);
      case "read":
      case "stat":
      case "tree":
        if (value !== undefined) this.file(value, role);
        return;
      case "script":
        if (value !== undefined) this.script(value);
        return;
      case "write":
      case "delete":
        if (value !== undefined) this.file(value, role);
        else this.find(needsPerson("writes", `"${name}" changes files`), at);
        return;
      default: {
        const finding = ROLE_FINDINGS[role];
        if (finding !== undefined) this.find(finding(`${this.path} ${name}`.trim()), at);
        if (role === "net" && (value !== undefined || this.options.operands.length === 0)) {
          this.session.recorder.effect("net", value ? display(value) : this.path);
        }
        if (role === "exec" && value !== undefined) {
          this.session.recorder.effect("exec", display(value));
        }
        if (value !== undefined) this.lookForDenials(value);
      }
    }
  }

  /** Judges a word that names a file. */
  file(arg: Arg, access: "read" | "stat" | "tree" | "write" | "delete"): void {
    judgeArg(arg, access, this.state, this.session, { bulk: this.table.bulk === true });
  }

  /** The rest of the call happens in that directory. */
  enter(arg: Arg | undefined): void {
    if (arg === undefined) return;
    this.file(arg, "stat");
    const path = known(arg);
    const state = this.state.fork();
    state.dirs = path === undefined
      ? []
      : path.startsWith("/")
      ? [resolvePath("/", path)]
      : state.dirs.map((dir) => resolvePath(dir, path));
    this.state = state;
  }

  /** Judges a text that a shell will run. */
  script(arg: Arg, state: ShellState = this.state.fork()): Stream {
    const text = known(arg);
    if (text !== undefined) return this.session.text(text, arg, state, this.stdin);
    if (taintOf(arg) !== undefined) {
      this.find(refused("download_and_run", "What was downloaded or decoded would be run"), arg);
    } else {this.find(
        needsPerson("unknown_script", `"${display(arg)}" is not known and would be run`),
        arg,
      );}
    return UNKNOWN_STREAM;
  }

  /** Judges a command that the program starts. */
  child(args: readonly Arg[], how: ArgvOptions = { external: true }, stdin = this.stdin): Stream {
    if (args.length === 0) return UNKNOWN_STREAM;
    return this.session.argv(args, this.state.fork(), stdin, how);
  }

  /** Judges a word as if it were a script, and keeps only what is denied. */
  lookForDenials(arg: Arg): void {
    const text = known(arg);
    if (taintOf(arg) === "download") {
      this.find(refused("download_and_run", `"${display(arg)}" comes from a download`), arg);
    }
    if (text === undefined) return;
    const script = text.replace(/^(?:-{1,2}[\w.-]+=|!)/, "").replace(/^[\w.]+=!?/, "");
    if (!/\s|[;|&<>$`/]/.test(script)) return;
    this.session.recorder.onlyDenials(() =>
      this.session.text(script, arg, this.state.fork(), UNKNOWN_STREAM)
    );
  }

  /** A flag that a script hands on to a program that is not known: only plain ones pass. */
  extra(arg: Arg): void {
    if (
      /^-(?:[qvx]+|[tg]|-(?:testNamePattern|grep|verbose|quiet|silent|bail|runInBand|ci|no-color|coverage=false|watch=false|watchAll=false|passWithNoTests|fail-fast|run))$/
        .test(known(arg) ?? "")
    ) {
      return;
    }
    this.find(needsPerson("unknown_flag", `"${display(arg)}" is handed on to a program`), arg);
  }

  /** The input as a word. */
  get input(): Arg {
    return { pieces: streamPieces(this.stdin, "its input"), ...this.span };
  }

  /** What words print that are not all known: nothing but where they come from. */
  taintedOutput(args: readonly Arg[]): Stream {
    const taint = args.map(taintOf).find((found) => found !== undefined);
    return taint === undefined ? UNKNOWN_STREAM : { kind: "unknown", taint };
  }

  /** Judges the name of a variable: an index in it is arithmetic and may run commands. */
  plainName(arg: Arg): void {
    if (/^\w+$/.test(known(arg) ?? "")) return;
    this.find(needsPerson("arithmetic", `"${display(arg)}" is no plain name of a variable`), arg);
  }

  /** A word that the call does not have in the text. */
  word(text: string, at: Span = this.span): Arg {
    return textArg(text, at.start, at.end);
  }

  /** Whether a word that starts with something unknown may start with a dash. */
  couldStartWithDash(arg: Arg): boolean {
    if (prefixOf(arg) !== "") return prefixOf(arg).startsWith("-");
    const first = arg.pieces.find((piece) => piece.kind !== "text" || piece.text !== "");
    switch (first?.kind) {
      case "glob": {
        const pattern = display(arg);
        if (pattern.includes("/")) return false;
        return this.state.dirs.length === 0 || this.state.dirs.some((dir) => {
          const { files } = this.session.context;
          const names = files.list(dir);
          if (names === undefined) return files.kind(dir) !== undefined;
          return names.some((name) => name.startsWith("-") && matchesName(pattern, name));
        });
      }
      case "path":
        return first.listing.dash;
      case "number":
      case "word":
      case "process":
      case undefined:
        return false;
      default:
        return true;
    }
  }
}
