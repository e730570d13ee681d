import { OwllmError } from "../../core/mod.ts";
import { tokensOf } from "./tokens.ts";

/** Words that lead a term and say where it is looked for, and the column of the index for each. */
const FIELDS = {
  error: "error",
  prompt: "prompt",
  result: "result",
  tool: "arguments",
} as const;

/** Where a term may be looked for. */
export type SearchField = keyof typeof FIELDS;

/** One thing that every hit has. */
export interface SearchTerm {
  /** Null: anywhere. */
  readonly field: SearchField | null;
  /** Words that follow each other, as they were typed; never empty. */
  readonly words: readonly string[];
  /** Whether the last word may go on. */
  readonly prefix: boolean;
}

/** The index refuses deep expressions; nobody types so many words. */
const MAX_WORDS = 64;

const TERM = /(?:(error|prompt|result|tool):)?(?:"([^"]*)"?(\*?)|([^\s"]+))/g;

/**
 * What somebody typed, as terms that must all be found: words, `"a phrase"`, `begin*`, and each of
 * them behind `error:`, `tool:`, `prompt:` or `result:`. Signs between words count for nothing, as
 * they do in the index, so that nothing can be typed which it would not understand.
 *
 * @throws {@linkcode OwllmError} `usage` when there is no word, or more than 64
 */
export function parseSearch(typed: string): SearchTerm[] {
  const terms = [...typed.matchAll(TERM)].flatMap(([, field, phrase, star, bare = ""]) => {
    const words = tokensOf(phrase ?? bare).map(({ start, end }) =>
      (phrase ?? bare).slice(start, end)
    );
    if (words.length === 0) return [];
    const prefix = phrase === undefined ? bare.endsWith("*") : star === "*";
    return [{ field: (field ?? null) as SearchField | null, words, prefix }];
  });
  const words = terms.reduce((sum, term) => sum + term.words.length, 0);
  if (words > 0 && words <= MAX_WORDS) return terms;
  throw new OwllmError({
    code: "usage",
    message: words === 0
      ? `There is no word in "${typed}" to search for`
      : `A search takes at most ${MAX_WORDS} words, and these are ${words}`,
    recoverySuggestion: 'E.g. owllm trace search "connection refused" tool:read_file',
  });
}

/** A term as an expression of FTS5. */
export function matchOf({ field, words, prefix }: SearchTerm): string {
  const column = field === null ? "" : `${FIELDS[field]} : `;
  return `${column}"${words.join(" ")}"${prefix ? " *" : ""}`;
}
