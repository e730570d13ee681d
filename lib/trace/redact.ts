import type { Json } from "./events.ts";
import {
  isSecretName,
  redactAssignments,
  REDACTED,
  redactShapes,
  SUSPICIOUS,
} from "./secret_forms.ts";

export { REDACTED };

/** Takes secrets out of plain data; the data itself is not changed. */
export interface Redactor {
  text(value: string): string;
  json<T extends Json>(value: T): T;
}

/** Shorter values are too common in ordinary text to be taken out wherever they stand. */
const MIN_KNOWN_SECRET = 8;

/** JSON text up to this length, in characters, is read as data: its field names tell more. */
const MAX_JSON_TEXT = 1 << 20;

/** Names come again and again; so many of them are remembered. */
const MAX_NAMES = 4096;

/**
 * Builds a redactor. JSON inside text, such as the arguments of a tool call, stays valid JSON.
 *
 * @param secrets values that are secret on this machine, such as those of a `.env` file; those
 * shorter than eight characters are left, because they would take ordinary words with them
 * @example
 * ```ts
 * createRedactor().text("curl -H 'Authorization: Bearer abc'");
 * // curl -H 'Authorization: Bearer [redacted]'
 * ```
 */
export function createRedactor(secrets: readonly string[] = []): Redactor {
  const known = knownSecrets(secrets);
  const redaction = new Redaction(known);
  return {
    text: (value) => redaction.text(value),
    json: (value) => redaction.json(value) as typeof value,
  };
}

/**
 * Every request of a conversation repeats its history: texts of such a length, in UTF-16 units,
 * that were found to be clean are remembered, so many of them (8 MB at most).
 */
const MIN_REMEMBERED = 128;
const MAX_REMEMBERED = 16_384;
const MAX_CLEAN = 256;

class Redaction {
  readonly #known: RegExp | undefined;
  readonly #names = new Map<string, { readonly clean: string; readonly secret: boolean }>();
  readonly #clean = new Set<string>();

  constructor(known: RegExp | undefined) {
    this.#known = known;
  }

  text(value: string): string {
    const remembered = value.length >= MIN_REMEMBERED && value.length <= MAX_REMEMBERED;
    if (remembered && this.#clean.has(value)) return value;
    const clean = this.#redact(value);
    if (remembered && clean === value) this.#remember(value);
    return clean;
  }

  /** The oldest make room. */
  #remember(value: string): void {
    if (this.#clean.size >= MAX_CLEAN) {
      for (const oldest of this.#clean) {
        this.#clean.delete(oldest);
        break;
      }
    }
    this.#clean.add(value);
  }

  #redact(value: string): string {
    const clean = this.#known === undefined ? value : value.replace(this.#known, REDACTED);
    if (!SUSPICIOUS.test(clean)) return clean;
    return this.#jsonText(clean) ?? redactForms(clean);
  }

  json(value: Json): Json {
    if (typeof value === "string") return this.text(value);
    if (value === null || typeof value !== "object") return value;
    return isArray(value) ? this.#array(value) : this.#fields(value);
  }

  /** JSON text, still JSON, with the secrets of its fields taken out; undefined where it is none. */
  #jsonText(text: string): string | undefined {
    if (text.length > MAX_JSON_TEXT || !/^\s*[[{]/.test(text) || !/[\]}]\s*$/.test(text)) {
      return undefined;
    }
    try {
      const data = JSON.parse(text) as Json;
      const clean = this.json(data);
      if (clean !== data) return JSON.stringify(clean);
      // Of two fields of one name the parser shows the last; the text may have a secret in the other.
      return redactForms(text) === text ? text : JSON.stringify(data);
    } catch (error) {
      // Not JSON after all, or nested too deep to be walked: then it is text like any other.
      if (error instanceof SyntaxError || error instanceof RangeError) return undefined;
      throw error;
    }
  }

  /** The same array when nothing in it was secret, so that clean data is not copied. */
  #array(items: readonly Json[]): readonly Json[] {
    const [name, value] = items;
    // A header or an entry of a map as a pair.
    if (items.length === 2 && typeof name === "string" && this.#isSecret(name, value)) {
      return [this.#name(name).clean, REDACTED];
    }
    let changed: Json[] | undefined;
    for (const [index, item] of items.entries()) {
      const clean = this.#isFlagValue(items[index - 1], item) ? REDACTED : this.json(item);
      if (clean !== item) (changed ??= [...items])[index] = clean;
    }
    return changed ?? items;
  }

  #fields(fields: Readonly<Record<string, Json>>): Json {
    const label = fields["name"] ?? fields["key"];
    // A header or a variable as an object of a name and a value.
    const labelled = typeof label === "string" && this.#isSecret(label, fields["value"]);
    const keys = Object.keys(fields);
    // Made when the first secret is met: hardly any object holds one.
    let entries: [string, Json][] | undefined;
    for (const [i, key] of keys.entries()) {
      const item = fields[key] ?? null;
      const cleanKey = this.#name(key).clean;
      const secret = this.#isSecret(key, item) || (labelled && key === "value");
      const clean = secret ? REDACTED : this.json(item);
      if (clean !== item || cleanKey !== key) {
        entries ??= keys.slice(0, i).map((key) => [key, fields[key] ?? null]);
      }
      entries?.push([cleanKey, clean]);
    }
    return entries === undefined ? fields : Object.fromEntries(distinct(entries));
  }

  /** `{ "api_key": true }` says that there is one, and `{ "api_keys": 3 }` how many. */
  #isSecret(name: string, item: Json | undefined): boolean {
    if (item === undefined || item === null || item === "") return false;
    if (typeof item === "boolean" || (typeof item === "number" && Math.abs(item) < 1000)) {
      return false;
    }
    return this.#name(name).secret && !isSchema(item);
  }

  /** Whether an argument of a command is the value of the secret flag before it. */
  #isFlagValue(flag: Json | undefined, value: Json): boolean {
    return typeof flag === "string" && flag.startsWith("--") && this.#name(flag).secret &&
      typeof value === "string" && !value.startsWith("-");
  }

  #name(name: string): { readonly clean: string; readonly secret: boolean } {
    const seen = this.#names.get(name);
    if (seen !== undefined) return seen;
    const looked = { clean: this.text(name), secret: isSecretName(name) };
    if (this.#names.size < MAX_NAMES && name.length <= 64) this.#names.set(name, looked);
    return looked;
  }
}

function redactForms(text: string): string {
  return redactShapes(redactAssignments(text));
}

/** The JSON Schema of a field, as the definitions of tools have it, tells no value. */
function isSchema(item: Json): boolean {
  return typeof item === "object" && !isArray(item) && item !== null &&
    /^(?:string|number|integer|boolean|object|array)$/.test(String(item["type"]));
}

/** Two names that were secrets must not become one field. */
function distinct(entries: readonly [string, Json][]): [string, Json][] {
  const seen = new Map<string, number>();
  return entries.map(([key, value]) => {
    const times = (seen.get(key) ?? 0) + 1;
    seen.set(key, times);
    return [times === 1 ? key : `${key} ${times}`, value];
  });
}

/** `Array.isArray` does not narrow readonly arrays. */
function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

/** One expression for all known values, the longest first: one may be part of another. */
function knownSecrets(secrets: readonly string[]): RegExp | undefined {
  const long = secrets.filter((secret) => secret.length >= MIN_KNOWN_SECRET);
  if (long.length === 0) return undefined;
  // As they stand in JSON text and in URLs too.
  const spellings = long.flatMap((
    secret,
  ) => [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret.toWellFormed())]);
  const sorted = [...new Set(spellings)].toSorted((a, b) => b.length - a.length);
  return new RegExp(sorted.map((secret) => RegExp.escape(secret)).join("|"), "g");
}
