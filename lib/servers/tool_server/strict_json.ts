import { notACall } from "./rejection.ts";

/** Deeper values are no arguments of any tool. */
const MAX_DEPTH = 16;

/** What a call must look like. */
export const EXAMPLE = '{"tool": "read_file", "args": {"path": "README.md"}, "id": "1"}';
const SEND_ONE = `Send one JSON object such as ${EXAMPLE}`;

/**
 * JSON without what two readers could read in two ways: bytes that are no UTF-8, a name that
 * stands twice in an object, half of a surrogate pair, `__proto__`.
 *
 * @throws {@linkcode Rejection} with the reason
 */
export function parseStrictJson(bytes: Uint8Array): unknown {
  const text = decode(bytes);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw notACall(`The body is no JSON${formOf(text)}`, SEND_ONE);
  }
  checkStrings(text);
  return value;
}

function decode(bytes: Uint8Array): string {
  try {
    // A byte order mark is kept, and then it is no JSON.
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw notACall("The body is no UTF-8", SEND_ONE);
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

/** Goes through text that is known to be JSON, for what `JSON.parse` forgives. */
function checkStrings(text: string): void {
  const open: (Set<string> | undefined)[] = [];
  let string = "";
  for (let at = 0; at < text.length; at++) {
    switch (text[at]) {
      case '"': {
        const end = endOfString(text, at);
        string = JSON.parse(text.slice(at, end + 1));
        if (!string.isWellFormed()) {
          throw notACall("A text has half of a surrogate pair", "Send whole characters");
        }
        at = end;
        break;
      }
      case ":":
        addName(open.at(-1), string);
        break;
      case "{":
      case "[":
        open.push(text[at] === "{" ? new Set() : undefined);
        if (open.length > MAX_DEPTH) {
          throw notACall(`The body is nested deeper than ${MAX_DEPTH}`, SEND_ONE);
        }
        break;
      case "}":
      case "]":
        open.pop();
        break;
    }
  }
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at;
}

function addName(names: Set<string> | undefined, name: string): void {
  const shown = JSON.stringify(name.slice(0, 60));
  if (names?.has(name)) throw notACall(`The name ${shown} stands twice`, "Send each name once");
  if (name === "__proto__") throw notACall(`${shown} is no name of an argument`, SEND_ONE);
  names?.add(name);
}
