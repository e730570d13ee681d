import type { Access } from "./paths.ts";

/**
 * What a flag, its value or an operand means.
 *
 * - `none`: touches nothing; `text`: a value that touches nothing
 * - `read`, `stat`, `tree`, `write`, `delete`: a path, used in that way
 * - `dir`: the directory that the program goes to first
 * - `exec`: makes the program start another one; a known value is also judged as a script, for denials
 * - `script`: a text that a shell runs, judged as such
 * - `config`: a file or setting that may make the program run code
 * - `names`: a file with names of files that are then read
 * - `net`: talks to the network; `env`: shows or changes the environment
 * - `approve`: needs a person for another reason
 * - `destroy`, `privilege`, `escape`, `credentials`: refused
 */
export type Role =
  | "none"
  | "text"
  | Access
  | "dir"
  | "exec"
  | "script"
  | "config"
  | "names"
  | "net"
  | "env"
  | "approve"
  | "destroy"
  | "privilege"
  | "escape"
  | "credentials";

/** Flags of each role, blank-separated: `-x` takes nothing, `-x:` takes a value, `-x?` only a joined value. */
export type FlagLists = Partial<Record<Role, string>>;

/** How a program's command line is read. */
export interface CommandLine {
  readonly flags?: FlagLists;
  /**
   * `gnu` (default): clusters, `--long=value`, unambiguous abbreviations; `exact`: the same without
   * abbreviations; `word`: long flags with one dash or two, no clusters; `none`: nothing is a flag.
   */
  readonly style?: "gnu" | "exact" | "word" | "none";
  /** Flags end at the first operand. */
  readonly stop?: boolean;
  /** `-5` is a number and harmless. */
  readonly numeric?: boolean;
  /** Roles of the operands in order; the last one repeats. Default: an operand needs a person. */
  readonly operands?: Role | readonly Role[];
  /** Most operands that are understood. */
  readonly most?: number;
  /** Shows sizes, sums or matches and not whole files. */
  readonly bulk?: boolean;
  /** It prints whole lines of its input when it has no file operands and no flags but these. */
  readonly lines?: string;
}
