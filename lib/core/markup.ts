/** Markup that may stand in a page as it is. Only {@linkcode html} and {@linkcode raw} make it. */
export class Markup {
  constructor(readonly text: string) {}
}

/** What may be put into a template: text is escaped, markup is not. */
export type HtmlValue = string | number | Markup | readonly Markup[] | undefined;

/** A template in which every value is escaped unless it is {@linkcode Markup} itself. */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Markup {
  return new Markup(
    strings.map((part, index) => part + (index < values.length ? render(values[index]) : ""))
      .join(""),
  );
}

/** Text of our own that is markup already (the style sheet, the script). */
export function raw(text: string): Markup {
  return new Markup(text);
}

function render(value: HtmlValue): string {
  if (value === undefined) return "";
  if (value instanceof Markup) return value.text;
  if (typeof value === "object") return value.map(({ text }) => text).join("");
  return escapeHtml(String(value));
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text that is safe between tags and inside quoted attributes; lone surrogates and NUL go. */
function escapeHtml(text: string): string {
  return text.replaceAll(/\0|\p{Surrogate}/gu, "\uFFFD")
    .replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
