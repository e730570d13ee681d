/** Texts of a trace, made fit to be looked at. */

/**
 * Characters that show nothing or make a text read as another than it is: controls except tab and
 * line feed, marks that turn the direction of writing, spaces without width, and the tag letters
 * in which instructions can hide. The joiners U+200C and U+200D belong to scripts and emoji.
 */
const HIDDEN =
  // deno-lint-ignore no-control-regex
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u00AD\u061C\u180E\u200B\u200E\u200F\u2028-\u202E\u2060-\u2069\uFEFF\uFFF9-\uFFFB]|[\u{E0000}-\u{E007F}]|\p{Surrogate}/gu;

/**
 * The text cut where hidden characters stand: plain text and code points in turn.
 * @param {string} text
 * @returns {{ text: string, hidden: boolean }[]}
 */
export function splitHidden(text) {
  const parts = [];
  let from = 0;
  for (const { 0: found, index } of text.matchAll(HIDDEN)) {
    if (index > from) parts.push({ text: text.slice(from, index), hidden: false });
    parts.push({ text: codePoint(found), hidden: true });
    from = index + found.length;
  }
  if (from < text.length) parts.push({ text: text.slice(from), hidden: false });
  return parts;
}

/**
 * The text with its hidden characters spelled out, for places that show plain text only.
 * @param {string} text
 * @returns {string}
 */
export function visible(text) {
  return splitHidden(text).map((part) => part.hidden ? `[${part.text}]` : part.text).join("");
}

function codePoint(character) {
  const code = character.codePointAt(0) ?? 0;
  return code === 0x1B ? "ESC" : `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
}

/**
 * JSON text with line breaks and indents. Its words stay what they are, digits and escapes too,
 * and a text that is cut or no JSON at all comes out with nothing lost but blanks between words.
 * @param {string} text
 * @returns {string}
 */
export function prettyJson(text) {
  let out = "";
  let depth = 0;
  const line = () => `\n${"  ".repeat(Math.min(depth, 40))}`;
  for (
    const [token] of text.matchAll(/"(?:[^"\\]|\\[^])*"?|[{[]\s*[}\]]|[{}[\],:]|[^\s{}[\],:"]+/g)
  ) {
    if (token === "{" || token === "[") {
      depth++;
      out += token + line();
    } else if (token === "}" || token === "]") {
      depth = Math.max(0, depth - 1);
      out += line() + token;
    } else if (token === ",") out += token + line();
    else if (token === ":") out += ": ";
    else out += /^[{[]/.test(token) ? token.replaceAll(/\s/g, "") : token;
  }
  return out;
}

/**
 * Whether a text looks like JSON of more than a word.
 * @param {string} text
 * @returns {boolean}
 */
export function looksLikeJson(text) {
  const start = text.trimStart().slice(0, 1);
  if (start !== "{" && start !== "[") return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * A duration in three digits or so.
 * @param {number} ms
 * @returns {string}
 */
export function formatMs(ms) {
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${pad(seconds % 60)} s`;
  const minutes = Math.round(seconds / 60);
  return `${formatCount(Math.floor(minutes / 60))} h ${pad(minutes % 60)} min`;
}

/**
 * A duration with one unit, for the marks of the axis.
 * @param {number} ms
 * @returns {string}
 */
export function formatTick(ms) {
  if (ms < 60_000) return formatMs(ms);
  if (ms < 6_000_000) return `${(ms / 60_000).toFixed(1)} min`;
  return `${formatCount(Math.round(ms / 360_000) / 10)} h`;
}

function pad(number) {
  return String(number).padStart(2, "0");
}

/**
 * A count with its thousands apart.
 * @param {number} count
 * @returns {string}
 */
export function formatCount(count) {
  return count.toLocaleString("en");
}

/**
 * A size for people.
 * @param {number} bytes
 * @returns {string}
 */
export function formatBytes(bytes) {
  if (bytes < 1000) return `${bytes} bytes`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
