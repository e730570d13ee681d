/** The beginning of a text on one line, in quotes, for a diagnosis. */
export function shown(text: string, chars = 60): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  const cut = [...line].slice(0, chars).join("");
  return `"${cut}${cut.length < line.length ? "…" : ""}"`;
}

/** `16,384 tokens`. */
export function formatTokens(tokens: number): string {
  return `${Math.round(tokens).toString().replaceAll(/\B(?=(\d{3})+$)/g, ",")} tokens`;
}
