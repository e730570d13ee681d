import { MAX_DIRECTORIES } from "./limits.ts";
import type { CompoundList, Function as FunctionNode } from "./parse.ts";
import type { Arg, Piece } from "./values.ts";

/** A text that positions point into; a text that is not part of the command's has one fixed span. */
export interface Frame {
  readonly source: string;
  readonly at?: { readonly start: number; readonly end: number };
}

/** A shell variable that the command itself set. */
export interface Variable {
  readonly pieces: readonly Piece[];
  /** The elements, for an array. */
  readonly elements?: readonly Arg[];
  readonly exported?: boolean;
}

/** A function that the command defined. */
export interface ShellFunction {
  readonly body: FunctionNode["body"] | CompoundList;
  readonly frame: Frame;
}

/** What the shell knows at one point of a script. */
export class ShellState {
  /** The directories it may be in; empty when that is not known. */
  dirs: readonly string[];
  /** Where it is still in when the last `cd` failed. */
  ifFailed: readonly string[] = [];
  variables = new Map<string, Variable>();
  /** Every body that a name may have; `maybe` names may also be the program. */
  functions = new Map<string, readonly ShellFunction[]>();
  maybe = new Set<string>();
  aliases = new Map<string, string>();
  /** Files that were fetched by an earlier part. */
  downloads: Set<string>;
  positional: readonly Arg[] = [];
  /** How many conditions, loops and alternatives are open. */
  conditional = 0;

  constructor(dirs: readonly string[]) {
    this.dirs = dirs;
    this.downloads = new Set();
  }

  /** A copy for a subshell: what it changes stays there, what it fetched does not. */
  fork(): ShellState {
    const copy = new ShellState(this.dirs);
    copy.ifFailed = this.ifFailed;
    copy.variables = new Map(this.variables);
    copy.functions = new Map(this.functions);
    copy.maybe = new Set(this.maybe);
    copy.aliases = new Map(this.aliases);
    copy.downloads = this.downloads;
    copy.positional = this.positional;
    copy.conditional = this.conditional;
    return copy;
  }

  /** What holds when either this state or `other` may be the case. */
  join(other: ShellState): void {
    this.dirs = union(this.dirs, other.dirs);
    this.ifFailed = [];
    for (const name of new Set([...this.variables.keys(), ...other.variables.keys()])) {
      const mine = this.variables.get(name);
      const theirs = other.variables.get(name);
      if (mine === theirs || JSON.stringify(mine) === JSON.stringify(theirs)) continue;
      if (isNumber(mine) && isNumber(theirs)) {
        this.variables.set(name, { ...mine, pieces: [{ kind: "number" }] });
      } else this.forget(name);
    }
    for (const [name, bodies] of other.functions) {
      const mine = this.functions.get(name) ?? [];
      const added = bodies.filter((body) => !mine.includes(body));
      if (added.length > 0 || mine.length > bodies.length) this.maybe.add(name);
      this.functions.set(name, [...mine, ...added]);
    }
    for (const name of other.maybe) this.maybe.add(name);
    for (const [name, text] of other.aliases) this.aliases.set(name, text);
  }

  /** Makes a variable unknown. */
  forget(name: string): void {
    this.variables.set(name, {
      pieces: [{ kind: "unknown", why: `$${name}` }],
      ...(this.variables.get(name)?.exported === true ? { exported: true } : {}),
    });
  }

  /** At a `;` it is not known any more whether the last `cd` worked. */
  settle(): void {
    if (this.ifFailed.length > 0) this.dirs = union(this.dirs, this.ifFailed);
    this.ifFailed = [];
  }
}

function isNumber(variable: Variable | undefined): boolean {
  return variable !== undefined && variable.elements === undefined &&
    variable.pieces.length === 1 &&
    variable.pieces.every((piece) =>
      piece.kind === "number" || (piece.kind === "text" && /^\d+$/.test(piece.text))
    );
}

/** Directories of either list; unknown when one is unknown or there are too many. */
export function union(left: readonly string[], right: readonly string[]): readonly string[] {
  if (left.length === 0 || right.length === 0) return [];
  const all = [...new Set([...left, ...right])];
  return all.length > MAX_DIRECTORIES ? [] : all;
}
