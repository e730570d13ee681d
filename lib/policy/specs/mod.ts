/**
 * The programs that are understood, one file per family. What is not in a table is never allowed.
 * @module
 */
import type { Table, Tables } from "../table.ts";
import { FILES } from "./files.ts";
import { AWK } from "./awk.ts";
import { FIND } from "./find.ts";
import { GIT } from "./git.ts";
import { SED } from "./sed.ts";
import { CARGO_GO } from "./cargo_go.ts";
import { CONTAINERS } from "./containers.ts";
import { LANGUAGES, MODULES } from "./languages.ts";
import { NETWORK } from "./network.ts";
import { PROJECT } from "./project.ts";
import { PYTHON_TOOLS } from "./python.ts";
import { FACTS } from "./facts.ts";
import { JAVASCRIPT } from "./javascript.ts";
import { PYTHON_CHECKERS } from "./python_checkers.ts";
import { SHELLS } from "./shells.ts";
import { READERS } from "./readers.ts";
import { SEARCH } from "./search.ts";
import { SHELL } from "./shell.ts";
import { WRAPPERS } from "./wrappers.ts";

const FAMILIES: readonly Tables[] = [
  READERS,
  FACTS,
  SHELL,
  SHELLS,
  WRAPPERS,
  FILES,
  SEARCH,
  FIND,
  SED,
  AWK,
  GIT,
  LANGUAGES,
  PYTHON_TOOLS,
  PYTHON_CHECKERS,
  JAVASCRIPT,
  CARGO_GO,
  PROJECT,
  NETWORK,
  CONTAINERS,
];

const BY_NAME: ReadonlyMap<string, Table> = new Map(
  FAMILIES.flatMap((family) =>
    Object.entries(family).flatMap(([names, table]) =>
      names.split(" ").map((name) => [name, table] as const)
    )
  ),
);

/** The table of a program; undefined when it is not known. */
export function tableOf(name: string): Table | undefined {
  return BY_NAME.get(name);
}

/** The table of a Python module that `python -m` runs. */
export function moduleOf(name: string): Table | undefined {
  return Object.hasOwn(MODULES, name) ? MODULES[name] : tableOf(name);
}

/** The names of all known programs. */
export function knownPrograms(): readonly string[] {
  return [...BY_NAME.keys()];
}

/** A table with the words that lead to it, `git log`. */
export interface NamedTable {
  readonly path: string;
  readonly table: Table;
}

/** Every table, those of sub-commands included; a table with several names comes under its first. */
export function allTables(): readonly NamedTable[] {
  const seen = new Set<Table>();
  const visit = (path: string, table: Table): NamedTable[] => {
    if (seen.has(table)) return [];
    seen.add(table);
    const inner = Object.entries(table.commands ?? {});
    return [{ path, table }, ...inner.flatMap(([name, sub]) => visit(`${path} ${name}`, sub))];
  };
  return [...BY_NAME].flatMap(([name, table]) => visit(name, table));
}
