/** What the page carries, and how it is looked at right now. */

const head = JSON.parse(document.getElementById("head").textContent);

/** The command that shows the session whole. */
export const showCommand = head.show;
/** Length of the time axis in milliseconds. */
export const total = Math.max(head.total, 0.001);
/** The lines of the waterfall; a line stands under the nearest one above it that is less deep. */
export const rows = head.rows;

/** For each row the one that it stands under; -1 for the first. */
export const parents = [];
/** For each row the first one after it that is not inside of it. */
export const ends = new Array(rows.length).fill(rows.length);
{
  const open = [];
  for (const [index, { depth }] of rows.entries()) {
    while (open.length > 0 && rows[open.at(-1)].depth >= depth) ends[open.pop()] = index;
    parents.push(open.at(-1) ?? -1);
    open.push(index);
  }
}

/** What the reader chose. */
export const view = {
  /** What is searched for; null when nothing is. */
  pattern: null,
  /** The rows in which it stands, in order. */
  found: [],
  onlyFound: false,
  onlyFailed: false,
  /** Kinds to be shown; all when there are none. */
  kinds: new Set(),
  /** Rows whose inside is closed. */
  closed: new Set(),
  selected: -1,
  /** Whether bars are drawn on the axis of their step. */
  stepAxis: false,
  printing: false,
};

/** Whether a row holds others. */
export function holdsRows(row) {
  return ends[row] > row + 1;
}

const parts = [];

/** Called once the whole page is read: from then on details are there. */
export function findParts() {
  const next = { rows: 0, texts: 0, messages: 0 };
  for (const element of document.querySelectorAll("script.part")) {
    parts.push({ element, first: { ...next }, data: undefined });
    for (const table of Object.keys(next)) next[table] += Number(element.dataset[table]);
  }
}

/** Whether {@linkcode blocksOf} can answer. */
export function detailsAreThere() {
  return parts.length > 0;
}

/** The blocks of a row. */
export function blocksOf(row) {
  return entryOf("rows", row, "details");
}

/** A message by its number. */
export function messageOf(id) {
  return entryOf("messages", id);
}

/** A text by its reference, and the size of the whole in bytes where it is cut. */
export function textOf(ref) {
  const found = typeof ref === "string" ? ref : entryOf("texts", ref);
  return typeof found === "string"
    ? { text: found, cutFrom: undefined }
    : { text: found[0], cutFrom: found[1] };
}

/**
 * Every text of some blocks, as references. A message that was on the page before is passed over:
 * it is found where it came first.
 */
export function refsIn(blocks) {
  return blocks.flatMap((block) => {
    switch (block.type) {
      case "facts":
        return block.facts.map(([, value]) => value);
      case "error":
        return [block.kind, block.message];
      case "text":
        return [block.text];
      case "messages":
        return block.messages.flatMap(refsInMessage);
      case "changes":
        return [];
    }
    return [];
  });
}

function refsInCall(call) {
  return [call.name, call.arguments];
}

function refsInMessage(id) {
  if (typeof id !== "number") return [];
  const { about, parts: pieces, calls } = messageOf(id);
  return [about, ...pieces.map(({ text }) => text), ...calls.flatMap(refsInCall)];
}

function entryOf(table, number, name = table) {
  const part = partWith(table, number);
  part.data ??= JSON.parse(part.element.textContent);
  return part.data[name][number - part.first[table]];
}

/** The part that has an entry of a table: the last one that begins at or before it. */
function partWith(table, number) {
  let low = 0;
  let high = parts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (parts[middle].first[table] <= number) low = middle;
    else high = middle - 1;
  }
  return parts[low];
}
