/** The beginning of a text on one line, in quotes, for a diagnosis. */
export function shown(text: string, chars = 60): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  const cut = [...line].slice(0, chars).join("");
  return `"${cut}${cut.length < line.length ? "…" : ""}"`;
}
