import { messageOf } from "../../core/mod.ts";
import { ValidationError } from "../failure.ts";

/** Finds matches in a line. */
export interface LineMatcher {
  /** Whether the text can hold a match at all; false is certain. */
  mayMatch(text: string): boolean;
  matches(line: string): boolean;
}

/** How a pattern is meant. */
export interface PatternOptions {
  readonly literal: boolean;
  readonly ignoreCase: boolean;
}

const MAX_PATTERN = 1_000;

/**
 * Constructs with which a backtracking engine can be made to run for ever: a quantified group, a
 * back reference, or a second unbounded repeat.
 */
function mayRunAway(pattern: string): boolean {
  const plain = pattern.replaceAll(/\\[^1-9]|\[(?:\\.|[^\]\\])*\]/g, "x");
  const unbounded = plain.match(/[*+]|\{\d+,\}/g) ?? [];
  return unbounded.length > 1 || /\)[*+{]/.test(plain) || /\\[1-9]/.test(plain);
}

/**
 * Compiles a pattern. One that could run away on some text is matched by a linear engine, which
 * is slower and knows no back references or look-around.
 *
 * @throws {@linkcode ValidationError} for a pattern that is no regular expression
 */
export async function compilePattern(
  pattern: string,
  { literal, ignoreCase }: PatternOptions,
): Promise<LineMatcher> {
  if (pattern === "" || pattern.length > MAX_PATTERN) {
    throw new ValidationError(
      `The pattern has ${pattern.length} characters`,
      `Give 1 to ${MAX_PATTERN} characters`,
    );
  }
  if (literal || !/[\\^$.*+?()[\]{}|]/.test(pattern)) return literalMatcher(pattern, ignoreCase);
  if (mayRunAway(pattern)) return await linearMatcher(pattern, ignoreCase);
  try {
    const expression = new RegExp(pattern, ignoreCase ? "imu" : "mu");
    return { mayMatch: (text) => expression.test(text), matches: (line) => expression.test(line) };
  } catch (error) {
    throw noExpression(pattern, error);
  }
}

function literalMatcher(pattern: string, ignoreCase: boolean): LineMatcher {
  if (!ignoreCase) {
    const has = (text: string) => text.includes(pattern);
    return { mayMatch: has, matches: has };
  }
  const expression = new RegExp(RegExp.escape(pattern), "iu");
  const has = (text: string) => expression.test(text);
  return { mayMatch: has, matches: has };
}

async function linearMatcher(pattern: string, ignoreCase: boolean): Promise<LineMatcher> {
  const { RE2JS } = await import("re2js");
  try {
    const expression = RE2JS.compile(pattern, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
    return { mayMatch: () => true, matches: (line) => expression.matcher(line).find() };
  } catch (error) {
    throw noExpression(pattern, error);
  }
}

function noExpression(pattern: string, error: unknown): ValidationError {
  return new ValidationError(
    `"${pattern}" is no regular expression that can be used here: ${messageOf(error)}`,
    'Search for the text itself: add "literal": true',
    { pattern },
  );
}
