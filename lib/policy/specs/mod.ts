/**
 * The programs that are understood, one file per family. What is not in a table is never allowed.
 * @module
 */
import type { Table, Tables } from "../table.ts";
import { READERS } from "./readers.ts";

const FAMILIES: readonly Tables[] = [READERS];

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

/** The names of all known programs. */
export function knownPrograms(): readonly string[] {
  return [...BY_NAME.keys()];
}
