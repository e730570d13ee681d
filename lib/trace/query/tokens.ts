/** A word of a text, as the index sees it, and where it stands. */
export interface Token {
  /** Lower case, without diacritics. */
  readonly word: string;
  /** Its place in the text, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
}

/** The words of SQLite's tokenizer `unicode61`: letters, digits and private use, with marks on them. */
const WORD = /[\p{L}\p{N}\p{Co}][\p{L}\p{N}\p{Co}\u0300-\u0331]*/gu;

const MARK = /[\u0300-\u036f]/g;

/** The words of a text, with their places. */
export function tokensOf(text: string): Token[] {
  return [...text.matchAll(WORD)].map(({ 0: word, index }) => ({
    word: fold(word),
    start: index,
    end: index + word.length,
  }));
}

/** A word as the index keeps it. */
export function fold(word: string): string {
  // Most words are ASCII, and normalizing costs more than all the rest.
  // deno-lint-ignore no-control-regex
  if (/^[\x00-\x7f]*$/.test(word)) return word.toLowerCase();
  return word.normalize("NFD").replaceAll(MARK, "").toLowerCase();
}
