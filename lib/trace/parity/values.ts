import type { Json } from "../events.ts";

/** Longer values are cut in a sentence. */
const MAX_SHOWN = 80;

/** A place where two values differ. */
export interface ValueDifference {
  /** E.g. `inventory.wood`; empty where the values as a whole differ. */
  readonly path: string;
  readonly manual: Json | undefined;
  readonly decorated: Json | undefined;
}

/**
 * The first place where two values differ.
 *
 * @param subset fields that only the decorated value has do not count
 */
export function firstDifference(
  manual: Json | undefined,
  decorated: Json | undefined,
  subset = false,
): ValueDifference | undefined {
  return differ(manual, decorated, subset, "");
}

function differ(
  manual: Json | undefined,
  decorated: Json | undefined,
  subset: boolean,
  path: string,
): ValueDifference | undefined {
  if (manual === decorated) return undefined;
  if (!isNested(manual) || !isNested(decorated) || isList(manual) !== isList(decorated)) {
    return { path, manual, decorated };
  }
  for (const key of keysOf(manual, decorated, subset)) {
    const below = path === "" ? key : `${path}.${key}`;
    const found = differ(fieldOf(manual, key), fieldOf(decorated, key), subset, below);
    if (found !== undefined) return found;
  }
  return undefined;
}

function keysOf(manual: object, decorated: object, subset: boolean): Iterable<string> {
  // A longer list is another list; more fields may be welcome.
  if (subset && !isList(manual)) return Object.keys(manual);
  return new Set([...Object.keys(manual), ...Object.keys(decorated)]);
}

function fieldOf(value: object, key: string): Json | undefined {
  return Object.hasOwn(value, key) ? (value as Readonly<Record<string, Json>>)[key] : undefined;
}

function isNested(value: Json | undefined): value is Json & object {
  return typeof value === "object" && value !== null;
}

function isList(value: unknown): boolean {
  return Array.isArray(value);
}

/** An object that two values share; undefined when each has only objects of its own. */
export function sharedObject(one: unknown, other: unknown): object | undefined {
  const seen = new Set<object>();
  walk(one, (object) => void seen.add(object));
  let shared: object | undefined;
  walk(other, (object) => {
    if (seen.has(object)) shared ??= object;
  });
  return shared;
}

function walk(value: unknown, visit: (object: object) => void): void {
  if (typeof value !== "object" || value === null) return;
  visit(value);
  for (const item of Object.values(value)) walk(item, visit);
}

/** A value in a sentence. */
export function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value) ?? String(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}
