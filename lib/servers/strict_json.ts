import { OwllmError } from "../core/mod.ts";

/** Deeper values are no arguments of any tool. */
const MAX_DEPTH = 16;

/**
 * JSON without what two readers could read in two ways: bytes that are no UTF-8, a name that
 * stands twice in an object, half of a surrogate pair, `__proto__`.
 *
 * @param what a word for it: `body`, `message`
 * @param example what should have come
 * @throws {@linkcode OwllmError} `usage` with the reason
 */
export function parseStrictJson(bytes: Uint8Array, what: string, example: string): unknown {
  const refuse = (reason: string) =>
    new OwllmError({
      code: "usage",
      message: `The ${what} ${reason}`,
      recoverySuggestion: `Send one JSON object such as ${example}`,
    });
  const text = decode(bytes);
  if (text === undefined) throw refuse("is no UTF-8");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw refuse(`is no JSON${formOf(text)}`);
  }
  const reason = whatIsForgiven(text);
  if (reason !== undefined) throw refuse(reason);
  return value;
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    // A byte order mark is kept, and then it is no JSON.
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** What else models and their servers write where a call should be. */
function formOf(text: string): string {
  if (text.startsWith("\ufeff")) return ": it begins with a byte order mark";
  const start = text.trimStart().slice(0, 200);
  if (start === "") return ": it is empty";
  if (start.startsWith("<")) return ": calls in XML are not taken";
  if (start.startsWith("```")) return ": it stands in a code block";
  if (/^\[?\s*[A-Za-z_][\w.]*\s*\(/.test(start)) {
    return ": calls in the form of Python are not taken";
  }
  if (/^\{\s*'/.test(start)) return ": it has single quotes, as Python writes a dict";
  return "";
}

/** The first thing that `JSON.parse` forgives in a text that is known to be JSON. */
function whatIsForgiven(text: string): string | undefined {
  const open: (Set<string> | undefined)[] = [];
  let string = "";
  for (let at = 0; at < text.length; at++) {
    switch (text[at]) {
      case '"': {
        const end = endOfString(text, at);
        string = JSON.parse(text.slice(at, end + 1));
        if (!string.isWellFormed()) return "has a text with half of a surrogate pair";
        at = end;
        break;
      }
      case ":": {
        const names = open.at(-1);
        const shown = JSON.stringify(string.slice(0, 60));
        if (names?.has(string)) return `has the name ${shown} twice`;
        if (string === "__proto__") return `has ${shown}, which is no name of an argument`;
        names?.add(string);
        break;
      }
      case "{":
      case "[":
        open.push(text[at] === "{" ? new Set() : undefined);
        if (open.length > MAX_DEPTH) return `is nested deeper than ${MAX_DEPTH}`;
        break;
      case "}":
      case "]":
        open.pop();
        break;
    }
  }
  return undefined;
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at;
}
