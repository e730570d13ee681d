import type { Json, JsonObject } from "./events.ts";

/** Deeper values are named by their type only: a state that refers to a whole program is no state. */
const MAX_DEPTH = 40;

/** Objects in one copy: a graph of shared parts could otherwise grow beyond any memory. */
const MAX_OBJECTS = 1_000_000;

/** A copy that was taken before; another copy of it is the same one. Only for code of this room. */
export class Taken {
  readonly json: Json;

  constructor(value: unknown) {
    this.json = snapshot(value);
  }
}

/** One copy being made: the objects around the present one, and how many there were in all. */
interface Walk {
  readonly above: object[];
  objects: number;
}

/**
 * A deep copy of any value as plain JSON data, taken at once, that never throws: what JSON cannot
 * say becomes an object with one `$` key (`$bigint`, `$bytes` in base64, `$function`, `$cycle`,
 * `$symbol`, `$number`, `$unreadable` for a getter or proxy that throws, `$deep` and `$many` for
 * what lies below 40 levels or behind a million objects).
 *
 * @example
 * ```ts
 * const before = snapshot(world.state);
 * world.step(action);
 * tracer.recordEvent({ …, system_state_before: before, system_state_after: world.state });
 * ```
 */
export function snapshot(value: unknown): Json {
  return copy(value, { above: [], objects: 0 });
}

/** The same for an object whose own fields are wanted. */
export function snapshotObject(value: Readonly<Record<string, unknown>>): JsonObject {
  const copied = snapshot(value);
  return copied !== null && typeof copied === "object" && !Array.isArray(copied)
    ? copied as JsonObject
    : { value: copied };
}

/** Any value as text, also where `String` throws: an object without a prototype, a hostile one. */
export function describe(value: unknown): string {
  try {
    return String(value);
  } catch {
    return `[${typeof value}]`;
  }
}

function copy(value: unknown, walk: Walk): Json {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      return Number.isFinite(value) ? value : { $number: String(value) };
    case "bigint":
      return { $bigint: String(value) };
    case "symbol":
      return { $symbol: String(value) };
    case "function":
      return { $function: describe(read(value, "name")) };
    case "undefined":
      return null;
    case "object":
      return value === null ? null : copyObject(value, walk);
  }
}

function copyObject(value: object, walk: Walk): Json {
  const { above } = walk;
  const seen = above.indexOf(value);
  if (seen >= 0) return { $cycle: above.length - seen };
  if (above.length >= MAX_DEPTH) return { $deep: typeName(value) };
  if (++walk.objects > MAX_OBJECTS) return { $many: typeName(value) };
  above.push(value);
  try {
    return copyByType(value, walk);
  } catch (error) {
    // A proxy may throw wherever it is touched.
    return { $unreadable: describe(error) };
  } finally {
    above.pop();
  }
}

/** The name of an object's class, also where asking for it throws. */
export function typeName(value: object): string {
  const builder = read(value, "constructor");
  return typeof builder === "function" ? builder.name : "Object";
}

function copyByType(value: object, walk: Walk): Json {
  if (Array.isArray(value)) return copyItems(value, walk);
  if (value instanceof Taken) return value.json;
  if (value instanceof Date) {
    return Number.isNaN(value.getTime()) ? { $number: "Invalid Date" } : value.toISOString();
  }
  if (value instanceof Map) {
    return Array.from(value, ([key, item]) => [copy(key, walk), copy(item, walk)]);
  }
  if (value instanceof Set) return Array.from(value, (item) => copy(item, walk));
  if (value instanceof Error) return { name: value.name, message: value.message };
  if (ArrayBuffer.isView(value)) return { $bytes: bytesOf(value).toBase64() };
  if (value instanceof ArrayBuffer) return { $bytes: new Uint8Array(value).toBase64() };
  const toJson = read(value, "toJSON");
  if (typeof toJson === "function") return copyCustom(value, toJson, walk);
  return copyFields(value, walk);
}

function copyItems(items: readonly unknown[], walk: Walk): Json[] {
  const copied: Json[] = [];
  // By index: holes become null as in JSON, and an iterator of its own is not asked.
  for (let i = 0; i < items.length; i++) copied.push(copy(items[i], walk));
  return copied;
}

function copyCustom(value: object, toJson: unknown, walk: Walk): Json {
  const custom = (toJson as () => unknown).call(value);
  // An object that answers with itself would never end.
  return custom === value ? copyFields(value, walk) : copy(custom, walk);
}

function copyFields(value: object, walk: Walk): Json {
  const copied: Record<string, Json> = {};
  for (const key of Object.keys(value)) {
    const item = read(value, key);
    // The runtime has no setter of this name: "__proto__" is a field like any other.
    if (item !== undefined) copied[key] = copy(item, walk);
  }
  return copied;
}

function read(value: object, key: string): unknown {
  try {
    return (value as Record<string, unknown>)[key];
  } catch (error) {
    return { $unreadable: describe(error) };
  }
}

function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}
