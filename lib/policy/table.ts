import type { Call } from "./call.ts";
import type { CommandLine, Role } from "./flags.ts";
import type { Stream } from "./values.ts";

export type { FlagLists, Role } from "./flags.ts";

/** What is known of a program. */
export interface Table extends CommandLine {
  /** A test runner or checker: may also be called from the repository's own environment. */
  readonly runner?: boolean;
  /** Works on the directory that it is in when it has no operands. */
  readonly here?: boolean;
  /** Tables of the words that may come first. */
  readonly commands?: Readonly<Record<string, Table>>;
  /** With `commands`: alone, without any of them, it only shows something. */
  readonly bare?: boolean;
  /** Needs a person however it is called: the reason. */
  readonly always?: { readonly role: Role; readonly why: string };
  /** What the table cannot say. Runs after flags and operands. */
  readonly judge?: (call: Call) => void;
  /** Judges everything itself; flags and operands are not looked at. */
  readonly whole?: (call: Call) => Stream | void;
  /** What it prints. */
  readonly output?: (call: Call) => Stream;
}

/** Programs by name; names that share a table are blank-separated. */
export type Tables = Readonly<Record<string, Table>>;
