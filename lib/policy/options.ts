import type { CommandLine, FlagLists, Role } from "./flags.ts";
import { type Arg, dropPrefix, known, prefixOf } from "./values.ts";

/** What a table says of one flag. */
export interface Flag {
  readonly name: string;
  readonly role: Role;
  readonly value: "never" | "always" | "joined";
}

/** A flag as it was given. */
export interface Given {
  readonly flag: Flag;
  readonly value?: Arg;
  readonly arg: Arg;
}

/** A command line, read by a table. */
export interface Options {
  readonly given: readonly Given[];
  readonly operands: readonly Arg[];
  /** Words that start like a flag and are none that the table knows. */
  readonly unknown: readonly Arg[];
  /** Words that might turn out to be flags. */
  readonly maybeFlags: readonly Arg[];
}

const cache = new WeakMap<FlagLists, ReadonlyMap<string, Flag>>();

/** The flags of a table by name. */
export function flagsOf(table: CommandLine): ReadonlyMap<string, Flag> {
  const lists = table.flags ?? {};
  const ready = cache.get(lists);
  if (ready !== undefined) return ready;
  const flags = new Map<string, Flag>();
  for (const [role, list] of Object.entries(lists)) {
    for (const entry of list.split(/\s+/).filter((word) => word !== "")) {
      const mark = entry.at(-1);
      const value = mark === ":" ? "always" : mark === "?" ? "joined" : "never";
      const name = value === "never" || entry.length === 2 ? entry : entry.slice(0, -1);
      flags.set(name, { name, role: role as Role, value });
    }
  }
  cache.set(lists, flags);
  return flags;
}

/** Reads a command line (without the program's name). */
export function readOptions(args: readonly Arg[], table: CommandLine): Options {
  const reader = new Reader(args, table);
  return reader.read();
}

class Reader {
  readonly #flags: ReadonlyMap<string, Flag>;
  readonly #given: Given[] = [];
  readonly #operands: Arg[] = [];
  readonly #unknown: Arg[] = [];
  readonly #maybe: Arg[] = [];
  #at = 0;
  #ended = false;

  constructor(readonly args: readonly Arg[], readonly table: CommandLine) {
    this.#flags = flagsOf(table);
  }

  read(): Options {
    while (this.#at < this.args.length) this.#next(this.args[this.#at++] as Arg);
    return {
      given: this.#given,
      operands: this.#operands,
      unknown: this.#unknown,
      maybeFlags: this.#maybe,
    };
  }

  #next(arg: Arg): void {
    const text = prefixOf(arg);
    const style = this.table.style ?? "gnu";
    if (this.#ended || style === "none" || known(arg) === "-" || known(arg) === "") {
      this.#operand(arg);
    } else if (known(arg) === "--") this.#ended = true;
    else if (text === "" && arg.pieces.length > 0) {
      this.#maybe.push(arg);
      this.#operand(arg);
    } else if (!text.startsWith("-")) this.#operand(arg);
    else if (this.table.numeric === true && /^-\d+$/.test(known(arg) ?? "")) return;
    else if (text.startsWith("--") || style === "word") this.#long(arg, text);
    else if (!this.#whole(arg, text)) this.#cluster(arg, text);
  }

  #operand(arg: Arg): void {
    this.#operands.push(arg);
    if (this.table.stop === true) this.#ended = true;
  }

  /** A table may name a flag like `-print0` or `-5` as a whole. */
  #whole(arg: Arg, text: string): boolean {
    const flag = text.length > 2 ? this.#flags.get(text) : undefined;
    if (flag === undefined || known(arg) === undefined) return false;
    this.#give(flag, arg, undefined);
    return true;
  }

  #long(arg: Arg, text: string): void {
    const equals = text.indexOf("=");
    const name = equals < 0 ? text : text.slice(0, equals);
    const flag = this.#find(name);
    if (flag === undefined || (equals < 0 && known(arg) === undefined)) {
      this.#unknown.push(arg);
      return;
    }
    if (equals >= 0 && flag.value === "never") this.#unknown.push(arg);
    else this.#give(flag, arg, equals < 0 ? undefined : dropPrefix(arg, equals + 1));
  }

  #find(name: string): Flag | undefined {
    const exact = this.#flags.get(name) ??
      (this.table.style === "word" ? this.#flags.get(name.replace(/^--/, "-")) : undefined);
    if (exact !== undefined || (this.table.style ?? "gnu") !== "gnu") return exact;
    const longer = [...this.#flags.values()].filter((flag) => flag.name.startsWith(name));
    // Of several flags that an abbreviation may mean, the one that is not harmless counts.
    return longer.find(({ role }) => role !== "none" && role !== "text") ??
      (longer.length === 1 ? longer[0] : undefined);
  }

  #cluster(arg: Arg, text: string): void {
    for (let index = 1; index < text.length; index++) {
      const flag = this.#flags.get(`-${text[index]}`);
      if (flag === undefined) {
        this.#unknown.push(arg);
        return;
      }
      const rest = index + 1 < text.length || known(arg) === undefined
        ? dropPrefix(arg, index + 1)
        : undefined;
      if (flag.value !== "never" && rest !== undefined) {
        this.#give(flag, arg, rest);
        return;
      }
      this.#give(flag, arg, undefined);
    }
    if (known(arg) === undefined) this.#unknown.push(arg);
  }

  #give(flag: Flag, arg: Arg, joined: Arg | undefined): void {
    const value = joined ?? (flag.value === "always" ? this.args[this.#at++] : undefined);
    // Not every parser takes a word with a dash for the value that a flag needs.
    const doubtful = joined === undefined && value !== undefined &&
      (this.table.style ?? "gnu") !== "gnu" &&
      /^-[^\d]/.test(prefixOf(value));
    if (doubtful) this.#unknown.push(value);
    this.#given.push({ flag, arg, ...(value === undefined ? {} : { value }) });
  }
}
