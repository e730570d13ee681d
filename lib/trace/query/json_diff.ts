/** A difference at one place of two JSON values. */
export interface JsonChange {
  /** E.g. `edits[2].text`; empty for the whole value. */
  readonly path: string;
  /** Undefined: not there. */
  readonly from: unknown;
  readonly to: unknown;
}

/** A key that a path shows without quotes. */
const PLAIN_KEY = /^[\p{L}_$][\p{L}\p{N}_$-]*$/u;

/** The places where two JSON values differ, at most so many, in the order of the first's keys. */
export function jsonDiff(from: unknown, to: unknown, most: number): JsonChange[] {
  const changes: JsonChange[] = [];
  compare("", from, to, changes, most);
  return changes;
}

function compare(
  path: string,
  from: unknown,
  to: unknown,
  changes: JsonChange[],
  most: number,
): void {
  if (changes.length >= most || Object.is(from, to)) return;
  if (Array.isArray(from) && Array.isArray(to)) {
    for (let i = 0; i < Math.max(from.length, to.length); i++) {
      compare(`${path}[${i}]`, from[i], to[i], changes, most);
    }
  } else if (isObject(from) && isObject(to)) {
    for (const key of new Set([...Object.keys(from), ...Object.keys(to)])) {
      compare(within(path, key), own(from, key), own(to, key), changes, most);
    }
  } else {
    changes.push({ path, from, to });
  }
}

function within(path: string, key: string): string {
  if (!PLAIN_KEY.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === "" ? key : `${path}.${key}`;
}

function own(object: object, key: string): unknown {
  return Object.hasOwn(object, key) ? Reflect.get(object, key) : undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
