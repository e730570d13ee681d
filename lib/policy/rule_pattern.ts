import { decide } from "./decide.ts";
import type { FileProbe, Rule } from "./types.ts";

/**
 * One place of a pattern: a word in which `*` stands for any text and `?` for one character, a choice of such
 * words, or `**` for any number of words.
 */
export type PatternWord = string | readonly string[];

/** A rule as a person writes it. */
export interface RuleSpec {
  readonly name: string;
  /** There is no "allow": a rule can only make a decision stricter. */
  readonly decision: "approve" | "deny";
  /** How the command begins; what follows may be anything. */
  readonly pattern: readonly PatternWord[];
  /** Shown to the person as the reason. */
  readonly justification: string;
  /** Commands that the rule must apply to. */
  readonly match: readonly string[];
  /** Commands that it must not apply to. */
  readonly notMatch: readonly string[];
}

/** An example of a rule that turned out otherwise. */
export interface FailedExample {
  readonly list: "match" | "notMatch";
  readonly index: number;
}

/** A machine without files: examples are about words only. */
const NO_FILES: FileProbe = {
  realPath: (path) => path,
  kind: () => undefined,
  list: () => undefined,
  readText: () => undefined,
};

/** A rule that the policy can ask. */
export function createRule({ name, decision, pattern, justification }: RuleSpec): Rule {
  return {
    name,
    decision,
    justification,
    matches: (argv) => {
      const [program, ...words] = argv;
      const [first, ...rest] = pattern;
      // Which program an unknown word starts is a question that the policy itself puts to a person.
      if (program === undefined || first === undefined) return false;
      if (first === "**") return beginsWith(argv, pattern);
      const base = program.slice(program.lastIndexOf("/") + 1);
      return [program, base].some((name) => matchesWord(first, name)) && beginsWith(words, rest);
    },
  };
}

/** Runs the examples of a rule through the policy, in all that it understands of wrappers and shells. */
export function failedExamples(spec: RuleSpec): FailedExample[] {
  const failures = (list: FailedExample["list"], wanted: boolean) =>
    spec[list].flatMap((text, index): FailedExample[] =>
      applies(spec, text) === wanted ? [] : [{ list, index }]
    );
  return [...failures("match", true), ...failures("notMatch", false)];
}

function applies(spec: RuleSpec, text: string): boolean {
  const rule = createRule(spec);
  let applied = false;
  const rules = [{
    ...rule,
    matches: (argv: readonly (string | undefined)[]) => {
      const matched = rule.matches(argv);
      applied ||= matched;
      return matched;
    },
  }];
  decide(text, { cwd: "/repo", repository: "/repo", home: "/home", files: NO_FILES, rules });
  return applied;
}

/** Whether the words begin as the pattern says. Works on all positions at once, so that no pattern is slow. */
function beginsWith(
  words: readonly (string | undefined)[],
  pattern: readonly PatternWord[],
): boolean {
  let positions = new Set([0]);
  for (const place of pattern) {
    const next = new Set<number>();
    for (const at of positions) {
      if (place === "**") { for (let to = at; to <= words.length; to++) next.add(to); }
      else if (at < words.length && matchesWord(place, words[at])) next.add(at + 1);
    }
    positions = next;
  }
  return positions.size > 0;
}

/** A word that is not known before the command runs could be the one that is meant. */
function matchesWord(place: PatternWord, word: string | undefined): boolean {
  if (word === undefined) return true;
  return (typeof place === "string" ? [place] : place).some((text) => matchesText(text, word));
}

/** `*` and `?` in a text, by going back to the last `*` only: at most pattern times text steps. */
function matchesText(pattern: string, text: string): boolean {
  let [at, from, star, resume] = [0, 0, -1, 0];
  while (from < text.length) {
    if (pattern[at] === "*") [star, resume] = [at++, from];
    else if (at < pattern.length && (pattern[at] === "?" || pattern[at] === text[from])) {
      at++;
      from++;
    } else if (star >= 0) [at, from] = [star + 1, ++resume];
    else return false;
  }
  while (pattern[at] === "*") at++;
  return at === pattern.length;
}
