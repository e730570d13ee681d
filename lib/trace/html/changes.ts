import type { Json } from "../events.ts";

/** A place in a state that is not what it was; undefined where there was or is nothing. */
export interface StateChange {
  /** E.g. `inventory.wood` or `map[3]`; empty for the state itself. */
  readonly path: string;
  readonly before: Json | undefined;
  readonly after: Json | undefined;
}

/** Where two states differ. */
export interface StateChanges {
  /** The first of them. */
  readonly changes: readonly StateChange[];
  /** How many there are beside those. */
  readonly more: number;
}

/** Deeper values are compared as a whole, so that no state exhausts the stack. */
const MAX_DEPTH = 40;

/** Finds what changed from one state to the next, in the order of the keys. */
export function changesBetween(before: Json, after: Json, most: number): StateChanges {
  const changes: StateChange[] = [];
  let more = 0;
  const add = (change: StateChange) => changes.length < most ? changes.push(change) : more++;
  const walk = (a: Json | undefined, b: Json | undefined, path: string, depth: number): void => {
    if (!isBranch(a) || !isBranch(b) || Array.isArray(a) !== Array.isArray(b)) {
      if (!same(a, b)) add({ path, before: a, after: b });
      return;
    }
    if (depth === MAX_DEPTH) {
      if (!same(a, b)) add({ path, before: a, after: b });
      return;
    }
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
      const place = Array.isArray(a) ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`;
      walk(own(a, key), own(b, key), place, depth + 1);
    }
  };
  walk(before, after, "", 0);
  return { changes, more };
}

type Branch = Extract<Json, object>;

function isBranch(value: Json | undefined): value is Branch {
  return typeof value === "object" && value !== null;
}

function own(value: Branch, key: string): Json | undefined {
  return Object.hasOwn(value, key) ? (value as Record<string, Json>)[key] : undefined;
}

function same(a: Json | undefined, b: Json | undefined): boolean {
  return a === b || (isBranch(a) && isBranch(b) && JSON.stringify(a) === JSON.stringify(b));
}
