/** Sentences of common words; every tokenizer needs about one token a word for them. */
const SENTENCES = [
  "The river runs past the old mill and the stone bridge.",
  "A small boat waits near the shore until the rain is over.",
  "In the market people talk about bread, fish and the weather.",
  "The teacher closes the window and opens a heavy book.",
  "Every evening the lamp in the tower is lit by hand.",
  "Two horses stand under the tree behind the white house.",
  "The letter was sent on Monday and came back on Friday.",
  "Nobody knows who painted the door of the garden green.",
] as const;

/** Characters per token of such text; measured 4.4 with SmolLM2's and 4.6 with Gemma's tokenizer. */
const CHARS_PER_TOKEN = 4.4;

/** Text of about so many tokens. Texts of different sizes begin alike. */
export function filler(tokens: number): string {
  const characters = Math.round(tokens * CHARS_PER_TOKEN);
  let text = "";
  for (let i = 0; text.length < characters; i++) {
    text += `${SENTENCES[i % SENTENCES.length]}${i % 4 === 3 ? "\n" : " "}`;
  }
  return text.slice(0, characters);
}
