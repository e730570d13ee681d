/** A place in a document: keys, and indexes of arrays. */
export type KeyPath = readonly (string | number)[];

/**
 * The line of every key of a TOML document, which the parser does not tell. Only for a text that
 * has parsed: it trusts the grammar.
 */
export function keyLines(text: string): (path: KeyPath) => number | undefined {
  const lines = new Scanner(text).scan();
  // A key that is missing is reported at the table that should hold it.
  return (path) => {
    for (let length = path.length; length > 0; length--) {
      const line = lines.get(JSON.stringify(path.slice(0, length)));
      if (line !== undefined) return line;
    }
    return undefined;
  };
}

class Scanner {
  readonly #text: string;
  readonly #lines = new Map<string, number>();
  /** Last index of each array of tables. */
  readonly #arrays = new Map<string, number>();
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  scan(): ReadonlyMap<string, number> {
    let table: KeyPath = [];
    for (this.#skipBlank(); this.#at < this.#text.length; this.#skipBlank()) {
      if (this.#text[this.#at] === "[") table = this.#header();
      else this.#pair(table);
    }
    return this.#lines;
  }

  #header(): KeyPath {
    const array = this.#text.startsWith("[[", this.#at);
    this.#at += array ? 2 : 1;
    const start = this.#at;
    const keys = this.#key();
    this.#at += array ? 2 : 1;
    const path: (string | number)[] = [];
    for (const [index, key] of keys.entries()) {
      path.push(key);
      const name = JSON.stringify(path);
      if (array && index === keys.length - 1) {
        this.#arrays.set(name, (this.#arrays.get(name) ?? -1) + 1);
      }
      const last = this.#arrays.get(name);
      if (last !== undefined) path.push(last);
    }
    this.#note(path, start);
    return path;
  }

  #pair(table: KeyPath): void {
    const start = this.#at;
    const path = [...table, ...this.#key()];
    this.#note(path, start);
    this.#at++; // the equals sign
    this.#value(path);
  }

  /** A dotted key, each part bare or quoted; stops at `=` or `]`. */
  #key(): string[] {
    const parts: string[] = [];
    for (;;) {
      this.#skipSpaces();
      const quote = this.#text[this.#at];
      if (quote === '"' || quote === "'") parts.push(this.#quoted(quote));
      else parts.push(this.#match(/[^\s.=\]"'#]*/y));
      this.#skipSpaces();
      if (this.#text[this.#at] !== ".") return parts;
      this.#at++;
    }
  }

  #quoted(quote: string): string {
    const raw = this.#match(quote === '"' ? /"(?:[^"\\\n]|\\.)*"/y : /'[^'\n]*'/y);
    if (quote === "'") return raw.slice(1, -1);
    // TOML's \UXXXXXXXX is the one escape that JSON does not know.
    const json = raw.replaceAll(
      /\\U([0-9a-fA-F]{8})/g,
      (_, hex: string) => JSON.stringify(String.fromCodePoint(parseInt(hex, 16))).slice(1, -1),
    );
    try {
      return String(JSON.parse(json));
    } catch {
      return raw.slice(1, -1); // \e and \x of TOML 1.1: good enough to find a line.
    }
  }

  #value(path: KeyPath): void {
    this.#skipSpaces();
    const rest = this.#text.slice(this.#at, this.#at + 3);
    if (rest === '"""') this.#match(/"""(?:[^\\]|\\[^])*?"{3,5}(?!")/y);
    else if (rest === "'''") this.#match(/'''[^]*?'{3,5}(?!')/y);
    else if (rest[0] === '"' || rest[0] === "'") this.#quoted(rest[0]);
    else if (rest[0] === "[") this.#array(path);
    else if (rest[0] === "{") this.#inlineTable(path);
    else this.#match(/[^,\]}#\n]*/y);
  }

  #array(path: KeyPath): void {
    this.#at++;
    for (let index = 0; !this.#closes("]"); index++) {
      this.#note([...path, index], this.#at);
      this.#value([...path, index]);
    }
  }

  #inlineTable(path: KeyPath): void {
    this.#at++;
    while (!this.#closes("}")) this.#pair(path);
  }

  /** Skips to the next element; true when there is none. */
  #closes(end: string): boolean {
    this.#skipBlank();
    if (this.#text[this.#at] === ",") {
      this.#at++;
      this.#skipBlank();
    }
    if (this.#at < this.#text.length && this.#text[this.#at] !== end) return false;
    this.#at++;
    return true;
  }

  #skipSpaces(): void {
    this.#match(/[ \t]*/y);
  }

  #skipBlank(): void {
    this.#match(/(?:\s|#[^\n]*)*/y);
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? "";
    this.#at += found.length;
    return found;
  }

  /** Notes a path and the tables above it, where they were not named before. */
  #note(path: KeyPath, offset: number): void {
    const line = this.#text.slice(0, offset).split("\n").length;
    for (let length = 1; length <= path.length; length++) {
      const name = JSON.stringify(path.slice(0, length));
      if (!this.#lines.has(name)) this.#lines.set(name, line);
    }
  }
}
