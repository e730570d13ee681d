import type { Json } from "../events.ts";
import { type Fact, NAMES } from "./names.ts";
import type { SpanAttribute, SpanAttributes } from "./span.ts";

/**
 * Longer texts are cut where they leave owllm, in UTF-16 units: collectors refuse requests of some
 * megabytes. The trace keeps them whole.
 */
const MAX_TEXT = 262_144;

/** Gathers the attributes of a span by the facts that they tell; null and undefined tell nothing. */
export class AttributeSet {
  readonly #values: Record<string, SpanAttribute> = {};

  /** Tells a fact under each of its names. */
  tell(fact: Fact, value: SpanAttribute | null | undefined): this {
    for (const name of NAMES[fact]) this.put(name, value);
    return this;
  }

  /** Tells a fact that is data, as JSON text; an empty object tells nothing. */
  tellJson(fact: Fact, value: Json | undefined): this {
    return isEmpty(value) ? this : this.tell(fact, JSON.stringify(value));
  }

  /** Text or data that went in or came out, with its type. */
  tellValue(side: "input" | "output", value: Json | undefined): this {
    if (isEmpty(value)) return this;
    const text = typeof value === "string" ? value : JSON.stringify(value);
    const json = typeof value !== "string" || looksLikeJson(value);
    return this.tell(side, text).tell(`${side}Type`, json ? "application/json" : "text/plain");
  }

  /** Sets one name; for the lists that OpenInference spells out. */
  put(name: string, value: SpanAttribute | null | undefined): this {
    if (value !== null && value !== undefined) {
      this.#values[name] = typeof value === "string" ? cut(value) : value;
    }
    return this;
  }

  /** All of them. */
  get all(): SpanAttributes {
    return this.#values;
  }
}

function isEmpty(value: Json | undefined): value is null | undefined {
  if (value === null || value === undefined || value === "") return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

function looksLikeJson(text: string): boolean {
  if (!/^\s*[[{]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false; // Text that begins like JSON.
  }
}

/** A text short enough to be sent, saying what is missing. */
export function cut(text: string): string {
  if (text.length <= MAX_TEXT) return text;
  return `${text.slice(0, MAX_TEXT)}… [${text.length - MAX_TEXT} more characters in owllm's trace]`;
}
