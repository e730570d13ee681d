import type { Script } from "./parse.ts";
import type { Finding } from "./paths.ts";
import type { Recorder, Span } from "./recorder.ts";
import type { Frame, ShellFunction, ShellState } from "./state.ts";
import type { PolicyContext } from "./types.ts";
import type { Arg, Stream } from "./values.ts";

/**
 * One judgement under way. The three ways to judge something inside something else are here, so that words,
 * commands and program tables can call each other without importing each other.
 */
export interface Session {
  readonly context: PolicyContext;
  readonly recorder: Recorder;
  /** Judges a parsed script and says what it prints. */
  script(script: Script, frame: Frame, state: ShellState, stdin: Stream): Stream;
  /** Judges a text that a shell would run. */
  text(text: string, span: Span, state: ShellState, stdin: Stream): Stream;
  /** Judges a command that another command would start. */
  argv(args: readonly Arg[], state: ShellState, stdin: Stream, how?: ArgvOptions): Stream;
  /** Judges the body of a function; its words are in the state. */
  body(fn: ShellFunction, state: ShellState, stdin: Stream): Stream;
  /** Bodies of functions that are being judged, and that have been. */
  readonly active: Set<object>;
  readonly called: Set<object>;
  /** Remembers a function, to judge it at the end when nothing called it. */
  defined(name: string, body: ShellFunction): void;
  /** Counts words of commands and what expansions put into them; throws when it is too much, which is denied. */
  spend(size: number): void;
  /** Counts a step and goes one level down; undefined when a limit is reached, which is denied. */
  deeper<T>(span: Span, judge: () => T): T | undefined;
}

/** How a child command is looked up. */
export interface ArgvOptions {
  /** Functions of the shell do not apply (`command`, `xargs`, `env`). */
  readonly external?: boolean;
  /** The name is that of a Python module. */
  readonly module?: boolean;
  /** The words of an unknown program are not tried as commands again. */
  readonly tails?: boolean;
  /** The command has its own entry in the record already. */
  readonly inline?: boolean;
}

/** Where the words of a script are expanded. */
export interface Place {
  readonly session: Session;
  readonly state: ShellState;
  readonly frame: Frame;
}

/** The span of a node in the text that was given to be judged. */
export function spanOf(node: { readonly pos: number; readonly end: number }, frame: Frame): Span {
  return frame.at === undefined
    ? { start: node.pos, end: node.end }
    : { start: frame.at.start, end: frame.at.end };
}

/** Something that needs a person. */
export function needsPerson(code: string, message: string): Finding {
  return { decision: "approve", code, message };
}

/** Something that is refused. */
export function refused(code: string, message: string): Finding {
  return { decision: "deny", code, message };
}
