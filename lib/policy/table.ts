import type { Call } from "./call.ts";
import type { CommandLine, Role } from "./flags.ts";
import type { Stream } from "./values.ts";

export type { FlagLists, Role } from "./flags.ts";

/** What is known of a program. */
export interface Table extends CommandLine {
  /** Tables of the words that may come first. */
  readonly commands?: Readonly<Record<string, Table>>;
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
