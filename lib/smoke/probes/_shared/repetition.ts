/** Length of the passage that is looked for, in tokens. */
const PASSAGE = 20;

/** Words, runs of punctuation and line breaks: near enough to tokens to see a loop. */
const PIECE = /\w+|[^\s\w]+|\n+/g;

/** How often the most repeated passage of 20 tokens occurs, and its beginning. */
export function mostRepeated(text: string): { readonly times: number; readonly passage: string } {
  const pieces = text.match(PIECE) ?? [];
  const counts = new Map<string, number>();
  let times = 0;
  let passage = "";
  for (let i = 0; i + PASSAGE <= pieces.length; i++) {
    const key = pieces.slice(i, i + PASSAGE).join(" ");
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    if (count > times) [times, passage] = [count, key];
  }
  return { times, passage };
}
