/** Characters per token; the scripted model's tokens are that simple. */
const CHARS_PER_TOKEN = 4;

/** Tokens of a text. */
export function countTokens(text: string): number {
  return Math.ceil(text.length / CHARS_PER_TOKEN);
}

/** The text in pieces of one token each; no piece cuts a code point. */
export function tokenize(text: string): string[] {
  return text.match(/[\s\S]{1,4}/gu) ?? [];
}

/** The last tokens of a text. */
export function lastTokens(text: string, tokens: number): string {
  return tokens <= 0 ? "" : text.slice(-tokens * CHARS_PER_TOKEN);
}

/** How many tokens two texts share at their beginning. */
export function sharedTokens(a: string, b: string): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return Math.floor(length / CHARS_PER_TOKEN);
}
