import type { PageText, TextRef } from "./page_data.ts";

/** Of one text the page carries at most so many UTF-16 units. */
export const MAX_TEXT = 200_000;

/** Once the page carries so many in all, further texts are cut much shorter. */
const MAX_PAGE = 64_000_000;
const MAX_TEXT_WHEN_FULL = 2_000;

/** Shorter texts stand where they are used. */
const INLINE = 160;

/** The long texts of a page, each kept once however often a conversation repeats it. */
export class TextTable {
  readonly #ids = new Map<string, number>();
  #fresh: PageText[] = [];
  #kept = 0;

  /** How a block names this text. */
  ref(text: string): TextRef {
    if (text.length <= INLINE) return text;
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    const id = this.#ids.size;
    this.#ids.set(text, id);
    const most = this.#kept < MAX_PAGE ? MAX_TEXT : MAX_TEXT_WHEN_FULL;
    const head = text.length <= most ? text : cutAt(text, most);
    this.#kept += head.length;
    this.#fresh.push(head === text ? text : [head, new TextEncoder().encode(text).length]);
    return id;
  }

  /** Characters of the texts that nobody has taken yet. */
  get waiting(): number {
    return this.#fresh.reduce((sum, one) => sum + lengthOf(one), 0);
  }

  /** The texts since the last call, in the order of their numbers. */
  take(): readonly PageText[] {
    const texts = this.#fresh;
    this.#fresh = [];
    return texts;
  }
}

function lengthOf(text: PageText): number {
  return typeof text === "string" ? text.length : text[0].length;
}

/** The first units of a text, without half of a surrogate pair at the end. */
function cutAt(text: string, most: number): string {
  const last = text.charCodeAt(most - 1);
  return text.slice(0, last >= 0xD800 && last <= 0xDBFF ? most - 1 : most);
}
