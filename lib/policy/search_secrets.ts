import { patternsMeet } from "./globs.ts";
import { isSecretPath } from "./secrets.ts";
import type { FileProbe } from "./types.ts";

/** Most names that are looked at for secrets below one directory; beyond them a search is not worked out. */
const MAX_NAMES = 400;

/** Longest secret that a pattern is held against, in bytes. */
const MAX_SECRET = 64_000;

/** A search through a directory and everything below it. */
export interface Search {
  /** Absolute. */
  readonly root: string;
  /** What is searched for; undefined when that is not known. */
  readonly patterns: readonly (string | undefined)[];
  /** Patterns are plain text. */
  readonly fixed: boolean;
  /** It opens files whose names begin with a dot. */
  readonly hidden: boolean;
  /** Patterns of the names that it opens; all of them when left out. */
  readonly names: readonly string[] | undefined;
}

/** A file with secrets of which the search would print a line; undefined when there is none that is known of. */
export function printedSecret(search: Search, files: FileProbe): string | undefined {
  return secretsBelow(search, files).find((path) => {
    const text = files.readText(path, MAX_SECRET);
    return text === undefined ||
      search.patterns.some((pattern) =>
        pattern === undefined || couldMatch(pattern, search.fixed, text.toLowerCase())
      );
  });
}

/** Files with secrets below the root, the nearest first. */
function secretsBelow({ root, hidden, names }: Search, files: FileProbe): string[] {
  const found: string[] = [];
  const waiting = [root];
  let looked = 0;
  for (const directory of waiting) {
    for (const name of files.list(directory) ?? []) {
      if (++looked > MAX_NAMES) return found;
      if (name === ".git" || (!hidden && name.startsWith("."))) continue;
      const path = `${directory === "/" ? "" : directory}/${name}`;
      const wanted = names === undefined || names.some((pattern) => patternsMeet(pattern, name));
      if (isSecretPath(path)) {
        if (wanted && files.kind(path) === "file" && files.realPath(path) === path) {
          found.push(path);
        }
      } else if (!/^.+\.\w+$/.test(name) && files.kind(path) === "directory") waiting.push(path);
    }
  }
  return found;
}

/** Escapes that stand for a kind of character, a place, or a sign: what is around them stays what it is. */
const PLAIN_ESCAPE = /\\[bBwWsSdD<>`'"/\-_.,:;=@#%&!~ (){}[\]|+?*^$\\]/g;

/**
 * Whether a regular expression, of whichever kind, could match a line of a text in lower case. It must not say no
 * where a search says yes: what is not plain could match.
 */
function couldMatch(pattern: string, fixed: boolean, text: string): boolean {
  const lower = pattern.toLowerCase();
  if (fixed) return lower.split("\n").some((line) => text.includes(line));
  // A group that may be left out or has options, and a list of characters with signs, would need a real parser.
  if (/\(\?|\)[?*{]|\\\)\\?[?*{]|\[\^?\]|\[[^\]]*[|\\[]/.test(lower)) return true;
  const alternatives = lower.replaceAll("\\|", "|").split(/[|\n]/);
  return alternatives.some((alternative) => {
    const plain = alternative.replaceAll(PLAIN_ESCAPE, "\0");
    if (plain.includes("\\")) return true;
    const literals = plain
      .replaceAll(/\[[^\]]*\]/g, "\0")
      // A character in front of these need not be there.
      .replaceAll(/[^](?=[?*{])/g, "\0")
      .replaceAll(/\{[\d,]*\}/g, "\0")
      .split(/[\0.^$*+?(){}[\]]/);
    const longest = literals.reduce((best, part) => part.length > best.length ? part : best, "");
    return text.includes(longest);
  });
}
