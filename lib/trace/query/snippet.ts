import type { SearchField, SearchTerm } from "./search_terms.ts";
import { fold, type Token, tokensOf } from "./tokens.ts";

/** A text of an entry, and where the index has it. */
export interface SearchedText {
  readonly field: SearchField;
  readonly text: string;
}

/** A piece of a text with the places of the words that were searched. */
export interface Snippet {
  readonly field: SearchField;
  readonly text: string;
  /** Start and end of each found word or phrase in `text`, in UTF-16 units, in order. */
  readonly marks: readonly (readonly [number, number])[];
  /** Whether there is more of it before and after. */
  readonly before: boolean;
  readonly after: boolean;
}

/** A piece begins this many units before the first found word, to show what it is about. */
const LEAD = 40;

interface Found {
  readonly term: number;
  readonly start: number;
  readonly end: number;
}

/**
 * The piece of at most `width` units that shows most of the searched terms; the last of the texts
 * where several show as many, because an entry's own words come after its history. Undefined when
 * no text has any of them.
 */
export function snippetOf(
  texts: readonly SearchedText[],
  terms: readonly SearchTerm[],
  width: number,
): Snippet | undefined {
  let best: { readonly score: number; readonly snippet: () => Snippet } | undefined;
  for (const { field, text } of texts) {
    const found = findTerms(text, field, terms);
    const { score, start } = bestWindow(found, width - LEAD);
    if (score === 0 || score < (best?.score ?? 1)) continue;
    best = { score, snippet: () => cut(text, field, found, start, width) };
  }
  return best?.snippet();
}

/** Every place of every term, in order. */
function findTerms(text: string, field: SearchField, terms: readonly SearchTerm[]): Found[] {
  const tokens = tokensOf(text);
  const wanted = terms.map((term) => ({ ...term, words: term.words.map(fold) }));
  return tokens.flatMap((_, at) =>
    wanted.flatMap((term, index) => {
      if (term.field !== null && term.field !== field) return [];
      const end = endOf(tokens, at, term);
      return end === undefined ? [] : [{ term: index, start: tokens[at]?.start ?? 0, end }];
    })
  );
}

function endOf(tokens: readonly Token[], at: number, term: SearchTerm): number | undefined {
  const last = term.words.length - 1;
  const matches = term.words.every((word, i) => {
    const token = tokens[at + i]?.word;
    return i === last && term.prefix ? token?.startsWith(word) === true : token === word;
  });
  return matches ? tokens[at + last]?.end : undefined;
}

/** Where the window starts that has the most different terms in it. */
function bestWindow(found: readonly Found[], width: number): { score: number; start: number } {
  let best = { score: 0, start: 0 };
  let to = 0;
  const counts = new Map<number, number>();
  for (const { term, start } of found) {
    for (let next = found[to]; next !== undefined && next.end <= start + width; next = found[to]) {
      counts.set(next.term, (counts.get(next.term) ?? 0) + 1);
      to++;
    }
    // A phrase that is longer than the window still counts as found.
    const score = Math.max(1, counts.size);
    if (score > best.score) best = { score, start };
    const left = (counts.get(term) ?? 1) - 1;
    if (left === 0) counts.delete(term);
    else counts.set(term, left);
  }
  return best;
}

function cut(
  text: string,
  field: SearchField,
  found: readonly Found[],
  first: number,
  width: number,
): Snippet {
  const start = wordStart(text, Math.max(0, first - LEAD), first);
  const end = characterEnd(text, Math.min(text.length, start + width));
  const marks: [number, number][] = [];
  for (const one of found) {
    if (one.start < start || one.start >= end) continue;
    const from = one.start - start;
    const to = Math.min(one.end, end) - start;
    const last = marks.at(-1);
    if (last !== undefined && from < last[1]) last[1] = Math.max(last[1], to);
    else marks.push([from, to]);
  }
  return {
    field,
    text: text.slice(start, end),
    marks,
    before: start > 0,
    after: end < text.length,
  };
}

/** The first place from `at` on, before `first`, where a word begins. */
function wordStart(text: string, at: number, first: number): number {
  if (at === 0) return 0;
  const space = text.slice(at, first).search(/\s/);
  return space < 0 ? first : at + space + 1;
}

/** Not between the two halves of one character. */
function characterEnd(text: string, at: number): number {
  const low = text.charCodeAt(at);
  return low >= 0xdc00 && low <= 0xdfff ? at + 1 : at;
}
