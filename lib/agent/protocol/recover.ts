import {
  recoverToolCall,
  TEXT_CALL_FORMS,
  type TextCallForm,
  type ToolDefinition,
} from "../../models/mod.ts";
import type { TurnContent } from "./protocol.ts";

/** Forms that are not taken for calls, however well they fit: they are code of another language. */
const NOT_ACCEPTED: ReadonlySet<TextCallForm> = new Set<TextCallForm>([
  "function_tag",
  "python_brackets",
]);

/**
 * Reads a turn out of words: a call that stands in them is one only when its name and arguments
 * validate, and is marked as recovered; one that does not is broken and is told to the model.
 */
export function readWords(
  text: string,
  tools: readonly ToolDefinition[],
  newId: () => string,
): TurnContent {
  const found = recoverToolCall(text, tools);
  if (found === undefined) return { text, call: undefined, broken: undefined };
  const { name, form, problem } = found;
  if (NOT_ACCEPTED.has(form)) {
    return {
      text,
      call: undefined,
      broken: `a call in the form of ${TEXT_CALL_FORMS[form]} is not taken; write JSON`,
    };
  }
  if (problem !== undefined) return { text, call: undefined, broken: problem };
  const call = { id: newId(), name, argumentsJson: found.arguments, recovered: form };
  return { text, call, broken: undefined };
}
