/** A call in Python's syntax. */
export interface PythonCall {
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/**
 * Reads `[f(a="x", b=[1, True]), g()]` or a single `f(a="x")`: names, keyword arguments and
 * literals, nothing else. Empty when the text is anything more: code is never half understood.
 */
export function parsePythonCalls(text: string): PythonCall[] {
  if (!/^\[?\s*[A-Za-z_][\w.]*\s*\(/.test(text)) return [];
  try {
    return new Reader(text).calls();
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

/** Deeper lists are nothing that a tool takes. */
const MAX_DEPTH = 32;

const WORDS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ["True", true],
  ["true", true],
  ["False", false],
  ["false", false],
  ["None", null],
  ["null", null],
]);

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", "\n": "" };

class Reader {
  #at = 0;
  #depth = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  calls(): PythonCall[] {
    const calls = this.#take("[") ? this.#list("]", () => this.#call()) : [this.#call()];
    if (this.#at < this.#text.length) throw new SyntaxError("More than calls");
    return calls;
  }

  #call(): PythonCall {
    const name = this.#match(/[A-Za-z_][\w.]*/y);
    this.#demand("(");
    const pairs = this.#list(")", (): [string, unknown] => {
      const key = this.#match(/[A-Za-z_]\w*/y);
      this.#demand("=");
      return [key, this.#value()];
    });
    return { name, arguments: Object.fromEntries(pairs) };
  }

  #value(): unknown {
    if (++this.#depth > MAX_DEPTH) throw new SyntaxError("Too deep");
    try {
      if (this.#take("[")) return this.#list("]", () => this.#value());
      if (this.#take("{")) {
        return Object.fromEntries(this.#list("}", (): [string, unknown] => {
          const key = this.#string();
          this.#demand(":");
          return [key, this.#value()];
        }));
      }
      if (/["']/.test(this.#text[this.#at] ?? "")) return this.#string();
      const word = this.#match(/-?[\w.+-]+/y);
      if (WORDS.has(word)) return WORDS.get(word);
      const number = Number(word);
      if (Number.isNaN(number)) throw new SyntaxError(`A name is no literal: ${word}`);
      return number;
    } finally {
      this.#depth--;
    }
  }

  #string(): string {
    const quote = this.#text[this.#at];
    if (quote !== '"' && quote !== "'") throw new SyntaxError("No string");
    let text = "";
    for (this.#at++; this.#text[this.#at] !== quote; this.#at++) {
      if (this.#at >= this.#text.length) throw new SyntaxError("Unclosed string");
      const char = this.#text[this.#at] ?? "";
      if (char !== "\\") {
        text += char;
        continue;
      }
      const next = this.#text[++this.#at] ?? "";
      text += ESCAPES[next] ?? (/["'\\]/.test(next) ? next : `\\${next}`);
    }
    this.#at++;
    this.#space();
    return text;
  }

  #list<T>(close: string, item: () => T): T[] {
    const items: T[] = [];
    while (!this.#take(close)) {
      items.push(item());
      if (!this.#take(",") && this.#text[this.#at] !== close) throw new SyntaxError("No comma");
    }
    return items;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined) throw new SyntaxError("No word");
    this.#at += found.length;
    this.#space();
    return found;
  }

  #take(char: string): boolean {
    if (this.#text[this.#at] !== char) return false;
    this.#at++;
    this.#space();
    return true;
  }

  #demand(char: string): void {
    if (!this.#take(char)) throw new SyntaxError(`No ${char}`);
  }

  #space(): void {
    while (/\s/.test(this.#text[this.#at] ?? "")) this.#at++;
  }
}
