import type { Json, JsonObject } from "../events.ts";

/**
 * Beside our own fields, what a foreign record looked like: which fields are only ours, and what
 * those were that we write in another way.
 */
export const FOREIGN = "v3";

/** The mark of {@linkcode FOREIGN}. */
export interface Foreign extends JsonObject {
  readonly added: readonly string[];
  readonly was: JsonObject;
}

/** A foreign record with our fields; {@linkcode restored} gives it back as it was. */
export function adopted(original: JsonObject, ours: JsonObject): JsonObject {
  const added = Object.keys(ours).filter((key) => !Object.hasOwn(original, key));
  const changed = Object.entries(original).filter(([key, value]) =>
    key === FOREIGN || !sameJson(restoredIn(Object.hasOwn(ours, key) ? ours[key] : value), value)
  );
  const mark: Foreign = { added, was: Object.fromEntries(changed) };
  return { ...original, ...ours, [FOREIGN]: mark };
}

/** The foreign record that was adopted; undefined for one of our own. */
export function restored(record: JsonObject): JsonObject | undefined {
  const mark = record[FOREIGN];
  if (!isForeign(mark)) return undefined;
  const kept = Object.entries(record).flatMap(([key, value]) =>
    key === FOREIGN || mark.added.includes(key) || Object.hasOwn(mark.was, key)
      ? []
      : [[key, restoredIn(value)] as const]
  );
  return { ...Object.fromEntries(kept), ...mark.was };
}

/** A value with every record in it as it was. */
function restoredIn(value: Json | undefined): Json {
  if (value === null || typeof value !== "object") return value ?? null;
  if (Array.isArray(value)) return value.map(restoredIn);
  const fields = value as JsonObject;
  return restored(fields) ??
    Object.fromEntries(Object.entries(fields).map(([key, item]) => [key, restoredIn(item)]));
}

function isForeign(value: Json | undefined): value is Foreign {
  if (!isObject(value)) return false;
  return Array.isArray(value["added"]) && isObject(value["was"]) && Object.keys(value).length === 2;
}

/** Tells an object of JSON. */
export function isObject(value: unknown): value is JsonObject {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

/** Whether two values are the same data, whatever the order of their fields. */
export function sameJson(a: unknown, b: unknown): boolean {
  return a === b || canonical(a) === canonical(b);
}

/** JSON text that is the same for the same data. */
export function canonical(value: unknown): string {
  return JSON.stringify(
    value,
    (_key, item) =>
      isObject(item)
        ? Object.fromEntries(Object.entries(item).toSorted(([a], [b]) => (a < b ? -1 : 1)))
        : item,
  ) ?? "";
}
