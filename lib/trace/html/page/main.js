/** The tools above the waterfall, the keys, and the address. */
import { formatCount, formatTick } from "./text.js";
import { detailsAreThere, findParts, holdsRows, parents, rows, total, view } from "./store.js";
import { make, makeButton } from "./marks.js";
import { nextFound, search } from "./search.js";
import { draw, redraw, relist, reveal, rowBeside, rowsInSight } from "./list.js";
import { kindName, revealFirstMark, showDetail } from "./detail.js";

const list = document.getElementById("rows");
const detailPane = document.getElementById("detail");
const root = document.documentElement;

const input = make("input", "search");
const count = make("output", "count");

function select(row, { open = true } = {}) {
  if (row === undefined || rows[row] === undefined) return;
  view.selected = row;
  reveal(row);
  redraw();
  showDetail(closeDetail);
  document.body.classList.toggle("reading", open);
  if (open) history.replaceState(null, "", `#${rows[row].id}`);
  tellCount();
}

function closeDetail() {
  document.body.classList.remove("reading");
  list.focus();
}

function tellCount() {
  const { found, pattern, selected } = view;
  if (pattern === null) count.textContent = "";
  else if (found.length === 0) count.textContent = "nothing found";
  else {
    const place = found.indexOf(selected) + 1;
    count.textContent = `${place > 0 ? formatCount(place) : "–"} of ${formatCount(found.length)}`;
  }
}

function goFound(step) {
  const row = nextFound(view.selected, step);
  if (row === undefined) return;
  select(row);
  revealFirstMark();
}

let typing;
function searchSoon() {
  clearTimeout(typing);
  typing = setTimeout(searchNow, 120);
}

async function searchNow() {
  clearTimeout(typing);
  if (!detailsAreThere() || !await search(input.value)) return;
  document.body.classList.toggle("searching", view.pattern !== null);
  relist();
  showDetail(closeDetail);
  tellCount();
}

function toggleRow(row) {
  if (!holdsRows(row)) return;
  if (!view.closed.delete(row)) view.closed.add(row);
  relist();
}

function closeAll() {
  for (const [row, { depth }] of rows.entries()) {
    if (depth > 0 && holdsRows(row)) view.closed.add(row);
  }
  relist();
  let shownRow = view.selected;
  while (shownRow > 0 && rows[shownRow].depth > 1) shownRow = parents[shownRow];
  if (shownRow >= 0) reveal(shownRow);
}

function openAll() {
  view.closed.clear();
  relist();
  if (view.selected >= 0) reveal(view.selected);
}

function toggleTheme() {
  const dark = root.dataset.theme === undefined
    ? matchMedia("(prefers-color-scheme: dark)").matches
    : root.dataset.theme === "dark";
  root.dataset.theme = dark ? "light" : "dark";
}

/** A button that is on or off. */
function makeToggle(label, className, onChange) {
  const button = makeButton(label, className, () => {
    const on = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", on);
    onChange(on);
  });
  button.setAttribute("aria-pressed", "false");
  return button;
}

function buildTools() {
  input.type = "search";
  input.placeholder = "Search everything  ( / )";
  input.setAttribute("aria-label", "Search everything in this trace");
  input.addEventListener("input", searchSoon);
  const previous = makeButton("↑", "icon", () => goFound(-1));
  previous.title = "Previous (Shift+Enter)";
  const next = makeButton("↓", "icon", () => goFound(1));
  next.title = "Next (Enter)";
  const only = makeToggle("Only finds", "chip", (on) => {
    view.onlyFound = on;
    relist();
  });
  const finding = make("div", "finding", input, make("span", "finds", count, previous, next, only));
  const actions = make(
    "div",
    "actions",
    makeButton("Expand", "plain", openAll),
    makeButton("Collapse", "plain", closeAll),
    makeToggle("Axis per step", "plain", (on) => {
      view.stepAxis = on;
      buildAxis();
      redraw();
    }),
    makeButton("Light / dark", "plain", toggleTheme),
  );
  document.getElementById("tools").append(finding, buildKinds(), actions);
}

function buildKinds() {
  const counts = new Map();
  for (const { kind } of rows) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  counts.delete("session");
  counts.delete("step");
  const chips = [...counts].map(([kind, number]) =>
    makeToggle(`${kindName(kind)} ${formatCount(number)}`, `chip of-${kind}`, (on) => {
      if (on) view.kinds.add(kind);
      else view.kinds.delete(kind);
      relist();
    })
  );
  const failures = rows.filter(({ failed, kind }) =>
    failed && kind !== "step" && kind !== "session"
  );
  if (failures.length > 0) {
    chips.push(makeToggle(`Errors ${formatCount(failures.length)}`, "chip of-error", (on) => {
      view.onlyFailed = on;
      relist();
    }));
  }
  const group = make("div", "kinds", ...chips);
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", "Show only");
  return group;
}

function buildAxis() {
  const ticks = [0, 0.25, 0.5, 0.75].map((part) => {
    const label = view.stepAxis ? `${part * 100} %` : part === 0 ? "0" : formatTick(total * part);
    const tick = make("span", "tick", label);
    tick.style.left = `${part * 100}%`;
    return tick;
  });
  document.getElementById("axis").replaceChildren(
    make("span", "what", "What"),
    make("span", "number took", "Took"),
    make("span", "number tokens", "Tokens"),
    make("span", "number rate", "Per s"),
    make("span", "lane", ...ticks),
  );
}

const LIST_KEYS = {
  ArrowDown: () => select(rowBeside(view.selected, 1), { open: false }),
  ArrowUp: () => select(rowBeside(view.selected, -1), { open: false }),
  j: () => select(rowBeside(view.selected, 1), { open: false }),
  k: () => select(rowBeside(view.selected, -1), { open: false }),
  PageDown: () => select(rowBeside(view.selected, rowsInSight()), { open: false }),
  PageUp: () => select(rowBeside(view.selected, -rowsInSight()), { open: false }),
  Home: () => select(rowBeside(view.selected, -rows.length), { open: false }),
  End: () => select(rowBeside(view.selected, rows.length), { open: false }),
  Enter: () => {
    select(view.selected);
    detailPane.focus();
  },
  ArrowRight: () => {
    const row = view.selected;
    if (view.closed.has(row)) toggleRow(row);
    else if (holdsRows(row)) select(row + 1, { open: false });
  },
  ArrowLeft: () => {
    const row = view.selected;
    if (holdsRows(row) && !view.closed.has(row) && row > 0) toggleRow(row);
    else if (parents[row] >= 0) select(parents[row], { open: false });
  },
};

const PAGE_KEYS = {
  "/": () => input.focus(),
  n: () => goFound(1),
  N: () => goFound(-1),
  e: openAll,
  c: closeAll,
  t: toggleTheme,
  Escape: closeDetail,
};

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target === input) return onSearchKey(event);
  const inList = event.target === list || event.target === document.body;
  const action = (inList ? LIST_KEYS[event.key] : undefined) ?? PAGE_KEYS[event.key];
  if (action === undefined) return;
  event.preventDefault();
  action();
}

async function onSearchKey(event) {
  if (event.key === "Escape") {
    input.value = "";
    await searchNow();
    list.focus();
  } else if (event.key === "Enter") {
    event.preventDefault();
    await searchNow();
    goFound(event.shiftKey ? -1 : 1);
  }
}

function followAddress() {
  const id = location.hash.slice(1);
  const row = rows.findIndex((one) => one.id === id);
  if (row >= 0) select(row);
  return row >= 0;
}

function onListClick(event) {
  const element = event.target.closest(".row");
  if (element === null) return;
  const row = Number(element.dataset.row);
  if (event.target.closest(".twist") && holdsRows(row)) toggleRow(row);
  else select(row);
}

function print(on) {
  view.printing = on;
  document.body.classList.toggle("printing", on);
  redraw();
}

let pending = 0;
function drawSoon() {
  pending ||= requestAnimationFrame(() => {
    pending = 0;
    draw();
  });
}

buildTools();
buildAxis();
view.selected = 0;
relist();
showDetail(closeDetail);
performance.mark("rows-drawn");
list.addEventListener("scroll", drawSoon, { passive: true });
list.addEventListener("click", onListClick);
list.addEventListener(
  "dblclick",
  (event) => toggleRow(Number(event.target.closest(".row")?.dataset.row)),
);
addEventListener("resize", drawSoon);
addEventListener("keydown", onKey);
addEventListener("hashchange", followAddress);
addEventListener("beforeprint", () => print(true));
addEventListener("afterprint", () => print(false));
document.addEventListener("DOMContentLoaded", async () => {
  findParts();
  if (!followAddress()) showDetail(closeDetail);
  if (input.value !== "") await searchNow();
});
