/** What is known of the selected row. */
import { formatBytes, formatCount, formatMs, looksLikeJson, prettyJson } from "./text.js";
import {
  blocksOf,
  detailsAreThere,
  messageOf,
  parents,
  rows,
  showCommand,
  textOf,
  view,
} from "./store.js";
import { make, makeButton, shown } from "./marks.js";

/** Of a long text so much is shown at first. */
const FIRST_LINES = 30;
const FIRST_CHARACTERS = 4_000;

const pane = document.getElementById("detail");

const KIND_NAMES = {
  session: "Session",
  step: "Step",
  model: "Model",
  tool: "Tool",
  action: "Action",
  environment: "Environment",
  message: "Message",
  span: "Span",
};

/** What a kind of rows is called. */
export function kindName(kind) {
  return KIND_NAMES[kind];
}

/** Shows the selected row; `close` is what its button to go back does. */
export function showDetail(close) {
  const row = view.selected;
  if (row < 0) return pane.replaceChildren();
  const { kind, name, at, ms, failed, open } = rows[row];
  const back = makeButton("‹ Back", "back", close);
  const mark = failed ? make("span", "status error", "Error") : "";
  const time = `at ${formatMs(at)}${
    open ? " · no end" : ms === undefined ? "" : ` · took ${formatMs(ms)}`
  }`;
  const title = make(
    "h2",
    "",
    make("span", `kind of-${kind}`, kindName(kind)),
    " ",
    shown(name),
    " ",
    mark,
  );
  const top = make("div", "detail-head", back, title, make("p", "time", time));
  const body = detailsAreThere()
    ? blocksOf(row).map((block) => blockOf(block, row))
    : [make("p", "empty", "Loading …")];
  pane.replaceChildren(top, ...body);
  pane.scrollTop = 0;
}

/** Brings the first find in the shown details into sight. */
export function revealFirstMark() {
  pane.querySelector("mark")?.scrollIntoView({ block: "center" });
}

function blockOf(block, row) {
  switch (block.type) {
    case "facts":
      return factsBlock(block);
    case "error":
      return make(
        "div",
        "error-box",
        make("b", "", shown(block.kind)),
        textBody(block.message, row),
      );
    case "messages":
      return messagesBlock(block, row);
    case "text":
      return textBlock(block, row);
    case "changes":
      return changesBlock(block);
  }
  return "";
}

function section(title, ...children) {
  return make("section", "block", make("h3", "", title), ...children);
}

function factsBlock({ facts }) {
  const cells = facts.map(([label, value]) =>
    make("div", "", make("dt", "", label), make("dd", "", shown(textOf(value).text)))
  );
  return make("dl", "detail-facts", ...cells);
}

/** A closed section whose inside is made when it is opened. */
function closedSection(title, fill, open) {
  const details = make("details", "block", make("summary", "", make("h3", "", title)));
  let filled = false;
  const fillOnce = () => {
    if (!details.open || filled) return;
    filled = true;
    details.append(...fill());
  };
  details.addEventListener("toggle", fillOnce);
  details.open = open;
  fillOnce();
  return details;
}

function hasFind(ref) {
  return view.pattern !== null && textOf(ref).text.search(view.pattern) >= 0;
}

function textBlock({ title, text, json, closed }, row) {
  const body = () => [textBody(text, row, json)];
  return closed ? closedSection(title, body, hasFind(text)) : section(title, ...body());
}

function messagesBlock({ title, messages }, row) {
  const cards = messages.map((one) => {
    if (typeof one === "number") return messageCard(messageOf(one), row);
    const label = one.length === 1
      ? "1 message that came before"
      : `${formatCount(one.length)} messages that came before`;
    const earlier = closedSection(
      label,
      () => one.map((id) => messageCard(messageOf(id), row)),
      false,
    );
    earlier.classList.add("earlier");
    return earlier;
  });
  return section(title, ...cards);
}

function messageCard({ role, about, parts, calls }, row) {
  const head = make("div", "role", make("b", "", shown(role)), " ", shown(about));
  const bodies = parts.flatMap(({ type, text }) => [
    ...(type === "text" ? [] : [make("div", "part-type", shown(type))]),
    textBody(text, row),
  ]);
  const known = ["system", "user", "assistant", "tool"].includes(role) ? role : "other";
  return make(
    "div",
    `message ${known}`,
    head,
    ...bodies,
    ...calls.map((call) => callCard(call, row)),
  );
}

function callCard(call, row) {
  const head = make("div", "role", make("b", "", shown(call.name)), " ", shown(call.id ?? ""));
  return make("div", "message call", head, textBody(call.arguments, row, true));
}

function changesBlock({ changes, more }) {
  if (changes.length === 0) return section("What changed", make("p", "empty", "Nothing"));
  const cell = (ref, tag) =>
    make(
      "td",
      "",
      ref === null
        ? make("i", "", "nothing")
        : make(tag, "", shown(textOf(ref).text.slice(0, 400))),
    );
  const table = make(
    "table",
    "changes",
    ...changes.map(({ path, before, after }) =>
      make(
        "tr",
        "",
        make("th", "", shown(path || "the state")),
        cell(before, "del"),
        cell(after, "ins"),
      )
    ),
  );
  const rest = more === 0 ? "" : make("p", "empty", `and ${formatCount(more)} more`);
  return section("What changed", table, rest);
}

/** A text with what the reader may do with it. */
function textBody(ref, row, json) {
  const { text, cutFrom } = textOf(ref);
  const isJson = json || looksLikeJson(text);
  const box = make("div", "text");
  let pretty = isJson;
  let all = false;
  const fill = () => {
    const whole = pretty ? prettyJson(text) : text;
    const first = all || hasFind(ref) ? whole : firstOf(whole);
    const bar = make(
      "div",
      "text-tools",
      ...textTools(text, isJson, pretty, () => {
        pretty = !pretty;
        fill();
      }),
    );
    const more = first === whole ? "" : makeButton(moreLabel(whole), "more", () => {
      all = true;
      fill();
    });
    box.replaceChildren(
      bar,
      make("pre", "", shown(first)),
      more,
      cutFrom === undefined ? "" : cutNote(text, cutFrom, row),
    );
  };
  fill();
  return box;
}

function firstOf(text) {
  const lines = text.slice(0, FIRST_CHARACTERS).split("\n", FIRST_LINES + 1);
  const first = lines.slice(0, FIRST_LINES).join("\n");
  // A few characters more are no reason for a button.
  return text.length - first.length < 200 ? text : first;
}

function moreLabel(text) {
  const lines = text.split("\n").length;
  return `Show all: ${formatCount(lines)} lines, ${formatCount(text.length)} characters`;
}

function textTools(text, isJson, pretty, toggle) {
  const copy = makeButton("Copy", "small", async () => {
    try {
      await navigator.clipboard.writeText(text);
      copy.textContent = "Copied";
    } catch {
      copy.textContent = "Not allowed here";
    }
    setTimeout(() => copy.textContent = "Copy", 1600);
  });
  return isJson ? [makeButton(pretty ? "As recorded" : "Indented", "small", toggle), copy] : [copy];
}

function cutNote(text, bytes, row) {
  let step = row;
  while (step > 0 && rows[step].kind !== "step") step = parents[step];
  const only = rows[step].kind === "step" ? ` --step ${rows[step].id.slice("step-".length)}` : "";
  const said = `Shortened here: the first ${formatCount(text.length)} characters of ` +
    `${formatBytes(bytes)}. The whole: `;
  return make("p", "cut", said, make("code", "", shown(`${showCommand}${only}`)));
}
