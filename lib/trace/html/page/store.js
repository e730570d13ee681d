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
  let row = 0;
  let text = 0;
  for (const element of document.querySelectorAll("script.part")) {
    parts.push({ element, row, text, data: undefined });
    row += Number(element.dataset.rows);
    text += Number(element.dataset.texts);
  }
}

/** Whether {@linkcode blocksOf} can answer. */
export function detailsAreThere() {
  return parts.length > 0;
}

/** The blocks of a row. */
export function blocksOf(row) {
  const part = partWith("row", row);
  return dataOf(part).details[row - part.row];
}

/** A text by its reference, and the size of the whole in bytes where it is cut. */
export function textOf(ref) {
  if (typeof ref === "string") return { text: ref, cutFrom: undefined };
  const part = partWith("text", ref);
  const found = dataOf(part).texts[ref - part.text];
  return typeof found === "string"
    ? { text: found, cutFrom: undefined }
    : { text: found[0], cutFrom: found[1] };
}

/** Every text of some blocks, as references. */
export function refsIn(blocks) {
  return blocks.flatMap((block) => {
    switch (block.type) {
      case "facts":
        return block.facts.map(([, value]) => value);
      case "error":
        return [block.kind, block.message];
      case "text":
        return [block.text];
      case "calls":
        return block.calls.flatMap(refsInCall);
      case "messages":
        return block.messages.flatMap((message) => [
          message.about,
          ...message.parts.map(({ text }) => text),
          ...message.calls.flatMap(refsInCall),
        ]);
      case "changes":
        return [];
    }
    return [];
  });
}

function refsInCall(call) {
  return [call.name, call.arguments];
}

/** All messages of a request, those too that it repeats from earlier ones. */
export function repeatedMessages(block) {
  const pieces = [];
  for (let at = block, most = Infinity; at.same !== undefined;) {
    const { row, request, count } = at.same;
    const earlier = blocksOf(row).find((one) => one.request === request);
    most = Math.min(most, count);
    const own = Math.max(0, most - (earlier.same?.count ?? 0));
    pieces.unshift(earlier.messages.slice(0, own));
    at = earlier;
  }
  return pieces.flat();
}

function dataOf(part) {
  part.data ??= JSON.parse(part.element.textContent);
  return part.data;
}

/** The last part that begins at or before a row or text; parts without any are passed over. */
function partWith(key, number) {
  let low = 0;
  let high = parts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (parts[middle][key] <= number) low = middle;
    else high = middle - 1;
  }
  return parts[low];
}
