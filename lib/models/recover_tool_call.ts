import type { JsonSchema, ToolDefinition } from "./provider.ts";
import {
  callsInFences,
  callsInJson,
  callsInPython,
  callsInTags,
  type TextCallForm,
  type WrittenCall,
} from "./text_calls.ts";
import { checkToolArguments } from "./tool_arguments.ts";

/** A call found in words. */
export interface TextToolCall {
  readonly form: TextCallForm;
  /** It stands behind `</think>`. */
  readonly afterThink: boolean;
  readonly name: string;
  /** JSON text of the arguments. */
  readonly arguments: string;
  /** Why it must not be executed: an unknown name or arguments that do not fit; else undefined. */
  readonly problem: string | undefined;
}

/** Longer texts are no calls; looking through them for braces would only take time. */
const MAX_CHARS = 256 * 1024;

/**
 * Finds a tool call that a model wrote as text, because the server's parser does not know the
 * model's form. Only a call without a `problem` may be executed: its name is one of `tools` and its
 * arguments fit the schema. Calls inside thoughts do not count, a model weighs many it never makes.
 *
 * @returns the first call that fits, else the first that looks like one, else undefined.
 */
export function recoverToolCall(
  text: string,
  tools: readonly ToolDefinition[],
): TextToolCall | undefined {
  const { said, afterThink } = withoutThinking(text.slice(0, MAX_CHARS));
  const find = [callsInTags, callsInFences, callsInPython, callsInJson];
  let unfit: TextToolCall | undefined;
  for (const calls of find) {
    for (const written of calls(said)) {
      const call = check(written, tools, afterThink);
      if (call.problem === undefined) return call;
      unfit ??= call;
    }
  }
  return unfit;
}

/** Some templates open the thoughts themselves, so that only the end mark is in the text. */
function withoutThinking(text: string): { readonly said: string; readonly afterThink: boolean } {
  const ends = [...text.matchAll(/<\/think(?:ing)?>|\[\/THINK\]/g)];
  const end = ends[ends.length - 1];
  const rest = end === undefined ? text : text.slice(end.index + end[0].length);
  const open = /<think(?:ing)?>|\[THINK\]/.exec(rest);
  return {
    said: open === null ? rest : rest.slice(0, open.index),
    afterThink: end !== undefined,
  };
}

function check(
  written: WrittenCall,
  tools: readonly ToolDefinition[],
  afterThink: boolean,
): TextToolCall {
  const { form, name } = written;
  const tool = tools.find((one) => one.name === name);
  const value = tool === undefined || !written.untyped
    ? written.arguments
    : typed(written.arguments as Record<string, string>, tool.parameters);
  const call = { form, afterThink, name, arguments: JSON.stringify(value) };
  if (tool === undefined) return { ...call, problem: `no tool "${name}"` };
  const checked = checkToolArguments(value, tool.parameters);
  return { ...call, problem: checked.ok ? undefined : checked.error };
}

/** Values between tags: the schema says which of them are not texts. */
function typed(
  values: Readonly<Record<string, string>>,
  { properties }: JsonSchema,
): Record<string, unknown> {
  const schemas = (properties ?? {}) as Readonly<Record<string, JsonSchema>>;
  const read = (key: string, text: string): unknown => {
    if (schemas[key]?.["type"] === "string") return text;
    try {
      return JSON.parse(text);
    } catch {
      return text; // No JSON: the check of the arguments says so.
    }
  };
  return Object.fromEntries(Object.entries(values).map(([key, text]) => [key, read(key, text)]));
}
