/** The waterfall. Only the rows in sight are in the document, so that thousands cost nothing. */
import { formatCount, formatMs } from "./text.js";
import { ends, holdsRows, parents, rows, total, view } from "./store.js";
import { make, shown } from "./marks.js";

/** Rows drawn above and below those in sight. */
const SPARE = 12;

const box = document.getElementById("rows");
const sheet = make("div", "sheet");
box.append(sheet);

/** Numbers of the rows that are not closed or filtered away. */
let listed = [];
let drawn = new Map();
let foundRows = new Set();

/** Lists the rows anew, after a choice that shows or hides some. */
export function relist() {
  const wanted = wantedRows();
  listed = [];
  for (let row = 0; row < rows.length;) {
    if (wanted === null || wanted.has(row)) listed.push(row);
    row = view.closed.has(row) ? ends[row] : row + 1;
  }
  foundRows = new Set(view.found);
  redraw();
}

/** The rows that pass the filters with those around them; null when all do. */
function wantedRows() {
  const { kinds, onlyFailed, onlyFound, pattern, found } = view;
  const finds = onlyFound && pattern !== null ? new Set(found) : null;
  if (kinds.size === 0 && !onlyFailed && finds === null) return null;
  const wanted = new Set();
  for (const [row, { kind, failed }] of rows.entries()) {
    if (kinds.size > 0 && !kinds.has(kind)) continue;
    if ((onlyFailed && !failed) || (finds !== null && !finds.has(row))) continue;
    for (let one = row; one >= 0 && !wanted.has(one); one = parents[one]) wanted.add(one);
  }
  return wanted;
}

/** Draws every row in sight anew, after a choice that changes how they look. */
export function redraw() {
  drawn = new Map();
  const note = listed.length > 0 ? [] : [make("p", "empty", "Nothing passes these filters")];
  sheet.replaceChildren(...note);
  draw();
}

/** Draws the rows that came into sight. */
export function draw() {
  const height = rowHeight();
  sheet.style.height = view.printing ? "auto" : `${listed.length * height}px`;
  const first = view.printing ? 0 : Math.max(0, Math.floor(box.scrollTop / height) - SPARE);
  const last = view.printing
    ? listed.length
    : Math.min(listed.length, Math.ceil((box.scrollTop + box.clientHeight) / height) + SPARE);
  if (last <= first) return;
  const next = new Map();
  for (let place = first; place < last; place++) {
    const row = listed[place];
    const element = drawn.get(row) ?? makeRow(row);
    element.style.top = `${place * height}px`;
    next.set(row, element);
  }
  sheet.replaceChildren(...next.values());
  drawn = next;
  if (drawn.has(view.selected)) box.setAttribute("aria-activedescendant", `row-${view.selected}`);
  else box.removeAttribute("aria-activedescendant");
}

function rowHeight() {
  return Number.parseFloat(getComputedStyle(box).getPropertyValue("--row")) || 30;
}

function makeRow(row) {
  const { kind, name, line, failed, open, ms, read, wrote, rate, depth } = rows[row];
  const holds = holdsRows(row);
  const closed = view.closed.has(row);
  const twist = make("span", "twist", holds ? (closed ? "▸" : "▾") : "");
  const what = make(
    "span",
    "what",
    twist,
    make("span", "dot"),
    make("b", "name", shown(name)),
    make("span", "line", shown(line)),
  );
  const tokens = read === undefined && wrote === undefined
    ? ""
    : `${read === undefined ? "?" : formatCount(read)} → ${
      wrote === undefined ? "?" : formatCount(wrote)
    }`;
  const element = make(
    "div",
    `row of-${kind}`,
    what,
    make("span", "number took", open ? "no end" : ms === undefined ? "" : formatMs(ms)),
    make("span", "number tokens", tokens),
    make("span", "number rate", rate === undefined ? "" : `${formatCount(Math.round(rate))}/s`),
    laneOf(row),
  );
  element.classList.toggle("failed", failed === true);
  element.classList.toggle("open", open === true);
  element.classList.toggle("found", foundRows.has(row));
  element.classList.toggle("selected", row === view.selected);
  element.style.setProperty("--depth", Math.min(depth, 12));
  element.id = `row-${row}`;
  element.dataset.row = row;
  element.setAttribute("role", "treeitem");
  element.setAttribute("aria-level", depth + 1);
  element.setAttribute("aria-selected", row === view.selected);
  if (holds) element.setAttribute("aria-expanded", !closed);
  if (failed) element.setAttribute("aria-invalid", "true");
  return element;
}

function laneOf(row) {
  const { at, ms } = rows[row];
  const { from, length } = axisOf(row);
  const bar = make("span", ms === undefined ? "bar moment" : "bar");
  const left = Math.min(100, Math.max(0, (at - from) / length * 100));
  bar.style.left = `${left}%`;
  if (ms !== undefined) bar.style.width = `${Math.min(100 - left, ms / length * 100)}%`;
  return make("span", "lane", bar);
}

/** The piece of time that a row's bar is drawn on. */
function axisOf(row) {
  let step = row;
  while (view.stepAxis && step >= 0 && rows[step].kind !== "step") step = parents[step];
  if (!view.stepAxis || step < 0) return { from: 0, length: total };
  return { from: rows[step].at, length: Math.max(rows[step].ms, 0.001) };
}

/** The row that stands `places` further down; the last or first one at the end. */
export function rowBeside(row, places) {
  const place = listed.indexOf(row);
  return listed[Math.min(listed.length - 1, Math.max(0, place + places))];
}

/** How many rows fit into sight. */
export function rowsInSight() {
  return Math.max(1, Math.floor(box.clientHeight / rowHeight()) - 1);
}

/** Opens and unhides whatever hides a row, and scrolls it into sight. */
export function reveal(row) {
  let changed = false;
  for (let one = parents[row]; one >= 0; one = parents[one]) {
    changed = view.closed.delete(one) || changed;
  }
  if (changed) relist();
  const place = listed.indexOf(row);
  if (place < 0) return;
  const height = rowHeight();
  const top = place * height;
  if (top < box.scrollTop) box.scrollTop = Math.max(0, top - height);
  else if (top + 2 * height > box.scrollTop + box.clientHeight) {
    box.scrollTop = top + 2 * height - box.clientHeight;
  }
}
