/** Finding words in everything that the page carries. */
import { blocksOf, refsIn, rows, textOf, view } from "./store.js";

/** Longest piece of work in milliseconds before the page may draw again. */
const SLICE_MS = 12;

let latest = 0;

/** The pattern of what was typed, in any case of letters; null for nothing. */
export function patternOf(typed) {
  if (typed.trim() === "") return null;
  return new RegExp(typed.trim().replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&"), "giu");
}

/** Searches all rows; false when another search began meanwhile. */
export async function search(typed) {
  const own = ++latest;
  const pattern = patternOf(typed);
  const found = [];
  if (pattern !== null) {
    const hit = hits(pattern);
    let began = performance.now();
    for (const row of rows.keys()) {
      if (performance.now() - began > SLICE_MS) {
        await new Promise((done) => setTimeout(done));
        if (own !== latest) return false;
        began = performance.now();
      }
      if (hit(rows[row].name) || refsIn(blocksOf(row)).some(hit)) found.push(row);
    }
  }
  view.pattern = pattern;
  view.found = found;
  return true;
}

/** Whether a text has the pattern; a text that many rows share is looked through once. */
function hits(pattern) {
  const known = new Map();
  const once = new RegExp(pattern.source, "iu");
  return (ref) => {
    if (typeof ref === "string") return once.test(ref);
    if (!known.has(ref)) known.set(ref, once.test(textOf(ref).text));
    return known.get(ref);
  };
}

/** The find after or before a row, around the end; undefined when there is none. */
export function nextFound(from, step) {
  const { found } = view;
  if (step > 0) return found.find((row) => row > from) ?? found[0];
  return found.findLast((row) => row < from) ?? found.at(-1);
}
