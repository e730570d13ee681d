import { createHash } from "node:crypto";
import type { Json } from "../events.ts";

/** Longer texts, in UTF-16 units, are kept apart, once each. */
const LONG_TEXT = 2_048;

/** An object of the traced program that looks like one of our references is wrapped in this. */
const LITERAL = "$literal";
const CONTENT = "$content";

/** A body as it is stored. */
export interface Packed {
  readonly body: string;
  /** The long texts that were taken out, by their hash. */
  readonly contents: ReadonlyMap<string, string>;
}

/** JSON text of a record, with its long texts replaced by references such as `{"$content":HASH}`. */
export function pack(value: unknown): Packed {
  // Most records are short and hold nothing that looks like ours: the walk below takes ten times
  // as long as writing them down.
  const plain = JSON.stringify(value);
  if (plain.length <= LONG_TEXT && !mentionsOurs(plain)) return { body: plain, contents: NONE };
  const contents = new Map<string, string>();
  const body = JSON.stringify(value, (_key, item) => {
    if (typeof item === "string" && item.length > LONG_TEXT && canStandAlone(item)) {
      const hash = createHash("sha256").update(item).digest("hex");
      contents.set(hash, item);
      return new Reference(hash);
    }
    return looksLikeOurs(item) ? { [LITERAL]: Object.entries(item) } : item;
  });
  return { body, contents };
}

const NONE: ReadonlyMap<string, string> = new Map();

function mentionsOurs(body: string): boolean {
  // One look for what both begin with: hardly any record has that.
  return body.includes('"$') && (body.includes(`"${CONTENT}"`) || body.includes(`"${LITERAL}"`));
}

/**
 * Half a surrogate pair has no UTF-8, and the driver ends a text at its first NUL: JSON's own
 * escapes keep both, so such a text stays in its record.
 */
function canStandAlone(text: string): boolean {
  return text.isWellFormed() && !text.includes("\0");
}

function looksLikeOurs(item: unknown): item is object {
  return item !== null && typeof item === "object" && !(item instanceof Reference) &&
    (CONTENT in item || LITERAL in item);
}

/** Tells our own references from the program's objects while JSON.stringify walks. */
class Reference {
  readonly [CONTENT]: string;

  constructor(hash: string) {
    this[CONTENT] = hash;
  }
}

/** The hashes that a body refers to. */
export function referencesOf(body: string): string[] {
  return [...body.matchAll(/\{"\$content":"([0-9a-f]{64})"\}/g)].map((match) => match[1] ?? "");
}

/**
 * The record of a body. A reference whose text is not given stays what it is, so that a list can
 * show a record without its long texts.
 */
export function unpack(body: string, contents: ReadonlyMap<string, string>): Json {
  if (!mentionsOurs(body)) return JSON.parse(body);
  return JSON.parse(body, (_key, item) => {
    if (item === null || typeof item !== "object") return item;
    const hash = item[CONTENT];
    if (typeof hash === "string") return contents.get(hash) ?? item;
    return Array.isArray(item[LITERAL]) ? Object.fromEntries(item[LITERAL]) : item;
  });
}
