import { parsePythonCalls } from "./python_call.ts";

/** The forms in which models write calls into their words, as people call them. */
export const TEXT_CALL_FORMS = {
  bare_json: "bare JSON",
  fenced_json: "JSON in a code fence",
  tool_call_tag: "<tool_call>",
  mistral_tool_calls: "[TOOL_CALLS]",
  function_tag: "<function=…>",
  python_brackets: "Python calls in brackets",
} as const;

/** How a model wrote a call into its words. */
export type TextCallForm = keyof typeof TEXT_CALL_FORMS;

/** A call as written, before anybody looked whether such a tool exists. */
export interface WrittenCall {
  readonly form: TextCallForm;
  readonly name: string;
  readonly arguments: unknown;
  /** The form has no types: each value is the text between two tags. */
  readonly untyped?: true;
}

const FENCE = /```(\w*)[^\S\n]*\n([\s\S]*?)(?:```|$)/g;

/** Languages of fences in which calls are written; a call in a `python` block is an example. */
const CALL_FENCES: ReadonlySet<string> = new Set([
  "",
  "json",
  "tool",
  "tool_call",
  "tool_calls",
  "tool_code",
  "function_call",
]);

/** More braces than this are no call; each costs a look at all that follows. */
const MAX_BRACES = 64;

/** `<tool_call>…</tool_call>`, `[TOOL_CALLS] …`, `<function=…>…`, with or without their end marks. */
export function* callsInTags(text: string): Generator<WrittenCall> {
  for (const [, name = "", body = ""] of text.matchAll(FUNCTION_TAG)) {
    yield functionTag(name.trim(), body);
  }
  for (const [, body = ""] of text.matchAll(TOOL_CALL_TAG)) {
    yield* callsOfJson(body, "tool_call_tag");
  }
  const mistral = text.split("[TOOL_CALLS]").slice(1);
  for (const body of mistral) {
    const named = /^\s*([\w.-]+)(?:\[CALL_ID\]\w*)?(?:\[ARGS\])?\s*(?=\{)/.exec(body);
    if (named === null) {
      yield* callsOfJson(body, "mistral_tool_calls");
    } else {
      const [args] = jsonObjectsIn(body.slice(named[0].length));
      yield { form: "mistral_tool_calls", name: named[1] ?? "", arguments: args?.value ?? {} };
    }
  }
}

const TOOL_CALL_TAG =
  /<\|?(?:tool_call|function_?call|tool)\|?>([\s\S]*?)(?:<\|?\/(?:tool_call|function_?call|tool)\|?>|$)/g;
const FUNCTION_TAG = /<function=([^>]+)>([\s\S]*?)(?:<\/function>|$)/g;
const PARAMETER_TAG = /<parameter=([^>]+)>\n?([\s\S]*?)\n?<\/parameter>/g;

function functionTag(name: string, body: string): WrittenCall {
  const [json] = body.trimStart().startsWith("{") ? jsonObjectsIn(body) : [];
  if (json !== undefined) return { form: "function_tag", name, arguments: json.value };
  const parameters = [...body.matchAll(PARAMETER_TAG)].map((
    [, key = "", value = ""],
  ) => [key.trim(), value]);
  return {
    form: "function_tag",
    name,
    arguments: Object.fromEntries(parameters),
    untyped: true,
  };
}

/** Calls in a fenced block: JSON, or Python as Gemma writes it into `tool_code`. */
export function* callsInFences(text: string): Generator<WrittenCall> {
  for (const [, language = "", body = ""] of text.matchAll(FENCE)) {
    if (!CALL_FENCES.has(language.toLowerCase())) continue;
    yield* callsOfJson(body, "fenced_json");
    yield* pythonCalls(body);
  }
}

/** `[get_weather(city="Oslo")]`, when that is all the model says. */
export function* callsInPython(text: string): Generator<WrittenCall> {
  yield* pythonCalls(text.replaceAll(/<\|\w+\|>/g, ""));
}

function pythonCalls(text: string): WrittenCall[] {
  return parsePythonCalls(text.trim()).map((call) => ({ form: "python_brackets", ...call }));
}

/**
 * JSON outside of fences. It must begin a line or end the text: in the middle of a sentence a call
 * is being talked about.
 */
export function* callsInJson(text: string): Generator<WrittenCall> {
  const plain = text.replaceAll(FENCE, "\n");
  for (const { value, start, end } of jsonObjectsIn(plain)) {
    const before = plain.slice(plain.lastIndexOf("\n", start) + 1, start);
    const begins = /^[\s[]*$/.test(before.replaceAll(/<\|\w+\|>/g, ""));
    if (begins || /^[\s\]]*$/.test(plain.slice(end))) yield* callsOfValue(value, "bare_json");
  }
}

function* callsOfJson(text: string, form: TextCallForm): Generator<WrittenCall> {
  for (const { value } of jsonObjectsIn(text)) yield* callsOfValue(value, form);
}

type Json = Readonly<Record<string, unknown>>;

/** The calls that an object stands for; empty when it is none. */
function callsOfValue(value: Json, form: TextCallForm): WrittenCall[] {
  const inner = value["tool_calls"] ?? value["tool_call"] ?? value["function_call"] ??
    value["function"];
  if (Array.isArray(inner)) {
    return inner.filter(isObject).flatMap((item) => callsOfValue(item, form));
  }
  if (isObject(inner)) return callsOfValue(inner, form);
  const name = value["name"] ?? value["tool_name"] ?? value["tool"] ?? inner ?? value["action"];
  const args = ["arguments", "parameters", "args", "input", "action_input"]
    .map((key) => value[key]).find((found) => found !== undefined);
  if (typeof name !== "string" || args === undefined) return [];
  return [{ form, name, arguments: typeof args === "string" ? parsed(args) : args }];
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text; // No JSON: the check of the arguments says so.
  }
}

interface FoundObject {
  readonly value: Json;
  readonly start: number;
  readonly end: number;
}

/** The outermost JSON objects of a text. */
function* jsonObjectsIn(text: string): Generator<FoundObject> {
  let start = text.indexOf("{");
  for (let tried = 0; start >= 0 && tried < MAX_BRACES; tried++) {
    const end = endOfObject(text, start);
    const value = end === undefined ? undefined : parsed(text.slice(start, end));
    if (end !== undefined && isObject(value)) {
      yield { value, start, end };
      start = text.indexOf("{", end);
    } else {
      start = text.indexOf("{", start + 1);
    }
  }
}

/** Where the object that opens at `start` closes; braces inside strings do not count. */
function endOfObject(text: string, start: number): number | undefined {
  let depth = 0;
  let quoted = false;
  for (let i = start; i < text.length; i++) {
    const char = text[i];
    if (quoted) {
      if (char === "\\") i++;
      else if (char === '"') quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === "{") depth++;
    else if (char === "}" && --depth === 0) return i + 1;
  }
  return undefined;
}
