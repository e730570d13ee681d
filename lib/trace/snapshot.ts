import type { Json, JsonObject } from "./events.ts";

/** Deeper values are named by their type only: a state that refers to a whole program is no state. */
const MAX_DEPTH = 40;

/**
 * A deep copy of any value as plain JSON data, taken at once, that never throws: what JSON cannot
 * say becomes an object with one `$` key (`$bigint`, `$bytes` in base64, `$function`, `$cycle`,
 * `$symbol`, `$number`, `$unreadable` for a getter that throws, `$deep`).
 */
export function snapshot(value: unknown): Json {
  return copy(value, [], 0);
}

/** The same for an object whose own fields are wanted. */
export function snapshotObject(value: Readonly<Record<string, unknown>>): JsonObject {
  const copied = snapshot(value);
  return copied !== null && typeof copied === "object" && !Array.isArray(copied)
    ? copied as JsonObject
    : { value: copied };
}

function copy(value: unknown, above: object[], depth: number): Json {
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
      return { $function: value.name };
    case "undefined":
      return null;
    case "object":
      return value === null ? null : copyObject(value, above, depth);
  }
}

function copyObject(value: object, above: object[], depth: number): Json {
  if (above.includes(value)) return { $cycle: above.length - above.indexOf(value) };
  if (depth >= MAX_DEPTH) return { $deep: value.constructor?.name ?? "Object" };
  above.push(value);
  try {
    return copyByType(value, above, depth + 1);
  } finally {
    above.pop();
  }
}

function copyByType(value: object, above: object[], depth: number): Json {
  if (Array.isArray(value)) return value.map((item) => copy(item, above, depth));
  if (value instanceof Date) {
    return Number.isNaN(value.getTime()) ? { $number: "Invalid Date" } : value.toISOString();
  }
  if (value instanceof Map) {
    return [...value].map(([key, item]) => [copy(key, above, depth), copy(item, above, depth)]);
  }
  if (value instanceof Set) return [...value].map((item) => copy(item, above, depth));
  if (value instanceof Error) return { name: value.name, message: value.message };
  if (ArrayBuffer.isView(value)) return { $bytes: base64(bytesOf(value)) };
  if (value instanceof ArrayBuffer) return { $bytes: base64(new Uint8Array(value)) };
  const toJson = read(value, "toJSON");
  if (typeof toJson === "function") return copyCustom(value, toJson, above, depth);
  return copyFields(value, above, depth);
}

function copyCustom(value: object, toJson: unknown, above: object[], depth: number): Json {
  try {
    const custom = (toJson as () => unknown).call(value);
    // An object that answers with itself would never end.
    return custom === value ? copyFields(value, above, depth) : copy(custom, above, depth);
  } catch (error) {
    return { $unreadable: String(error) };
  }
}

function copyFields(value: object, above: object[], depth: number): Json {
  const copied: Record<string, Json> = {};
  for (const key of Object.keys(value)) {
    const item = read(value, key);
    if (item === undefined) continue;
    // A plain assignment of "__proto__" would change the copy's prototype and lose the value.
    if (key === "__proto__") {
      const copiedItem = copy(item, above, depth);
      Object.defineProperty(copied, key, { value: copiedItem, enumerable: true, writable: true });
    } else copied[key] = copy(item, above, depth);
  }
  return copied;
}

function read(value: object, key: string): unknown {
  try {
    return (value as Record<string, unknown>)[key];
  } catch (error) {
    return { $unreadable: String(error) };
  }
}

function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

function base64(bytes: Uint8Array): string {
  // In pieces: a call takes only so many arguments.
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  }
  return btoa(text);
}
