/** Elements, and texts with what was found in them marked. */
import { splitHidden } from "./text.js";
import { view } from "./store.js";

/** A new element: `make("div", "row", child, "text")`. Texts are never read as markup. */
export function make(tag, className, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

/** A button that does something. */
export function makeButton(label, className, action) {
  const button = make("button", className, label);
  button.type = "button";
  button.addEventListener("click", action);
  return button;
}

/** A text to show: hidden characters spelled out, finds marked. */
export function shown(text) {
  const fragment = document.createDocumentFragment();
  for (const part of splitHidden(text)) {
    if (part.hidden) fragment.append(make("span", "hidden", part.text));
    else appendMarked(fragment, part.text);
  }
  return fragment;
}

function appendMarked(fragment, text) {
  if (view.pattern === null) return fragment.append(text);
  let from = 0;
  for (const { 0: found, index } of text.matchAll(view.pattern)) {
    fragment.append(text.slice(from, index), make("mark", "", found));
    from = index + found.length;
  }
  fragment.append(text.slice(from));
}
