import { MAX_FIELDS } from "./limits.ts";

/**
 * The texts that one brace expression stands for, `{a,b}` or `{1..5}`; undefined when it is not plain (quotes,
 * expansions) or stands for too many.
 */
export function expandBraces(text: string): string[] | undefined {
  if (/["'`$\\]/.test(text) || text.length > 500) return undefined;
  const expanded = expandText(text);
  return expanded.length > MAX_FIELDS ? undefined : expanded;
}

function expandText(text: string): string[] {
  const open = text.indexOf("{");
  const close = open < 0 ? -1 : matching(text, open);
  if (close < 0) return [text];
  const choices = choicesOf(text.slice(open + 1, close));
  const head = text.slice(0, open);
  const tails = expandText(text.slice(close + 1));
  if (choices === undefined) {
    return tails.map((tail) => `${text.slice(0, close + 1)}${tail}`);
  }
  const found: string[] = [];
  for (const choice of choices) {
    for (const tail of tails) {
      if (found.length > MAX_FIELDS) return found;
      found.push(`${head}${choice}${tail}`);
    }
  }
  return found;
}

function matching(text: string, open: number): number {
  let depth = 0;
  for (let index = open; index < text.length; index++) {
    if (text[index] === "{") depth++;
    if (text[index] === "}" && --depth === 0) return index;
  }
  return -1;
}

function choicesOf(body: string): string[] | undefined {
  const range = /^(?:(-?\d{1,9})\.\.(-?\d{1,9})|([a-zA-Z])\.\.([a-zA-Z]))(?:\.\.(-?\d{1,6}))?$/
    .exec(body);
  if (range !== null) return rangeOf(range);
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let index = 0; index <= body.length; index++) {
    if (body[index] === "{") depth++;
    if (body[index] === "}") depth--;
    if (index === body.length || (body[index] === "," && depth === 0)) {
      parts.push(body.slice(start, index));
      start = index + 1;
    }
  }
  return parts.length < 2 ? undefined : parts.flatMap(expandText);
}

function rangeOf([, low, high, from, to, by]: RegExpExecArray): string[] {
  const letters = from !== undefined && to !== undefined;
  const first = letters ? from.charCodeAt(0) : Number(low);
  const last = letters ? to.charCodeAt(0) : Number(high);
  const step = Math.max(1, Math.abs(Number(by ?? 1))) * (first <= last ? 1 : -1);
  const width = !letters && /^-?0\d/.test(`${low} ${high}`)
    ? Math.max((low ?? "").length, (high ?? "").length)
    : 0;
  const found: string[] = [];
  for (let at = first; step > 0 ? at <= last : at >= last; at += step) {
    found.push(letters ? String.fromCharCode(at) : String(at).padStart(width, "0"));
    if (found.length > MAX_FIELDS) break;
  }
  return found;
}
