import type { ToolDefinition } from "../../../../lib/models/mod.ts";
import type { ScriptedMessage, ScriptedRequest, ScriptedToolCall } from "../types.ts";
import { citiesIn, fillSchema } from "./fill.ts";

/** The calls that a good model would make; empty when it would answer in words. */
export function decideCalls(request: ScriptedRequest): ScriptedToolCall[] {
  const { tools, toolChoice, messages } = request;
  if (tools.length === 0 || toolChoice === "none") return [];
  const user = lastUserText(messages);
  const last = messages[messages.length - 1];
  if (typeof toolChoice === "object") {
    const named = tools.find(({ name }) => name === toolChoice.name);
    return named === undefined ? [] : callsOf(named, user);
  }
  if (last?.role === "tool") return afterResult(last.text, request, user);
  const best = bestTool(tools, user);
  if (best !== undefined) return callsOf(best, user);
  const [first] = tools;
  return toolChoice === "required" && first !== undefined ? callsOf(first, user) : [];
}

/** What the person said last. */
export function lastUserText(messages: readonly ScriptedMessage[]): string {
  return messages.findLast(({ role }) => role === "user")?.text ?? "";
}

/** One call, or one per city when two are named. */
function callsOf(tool: ToolDefinition, text: string): ScriptedToolCall[] {
  const properties = Object.keys((tool.parameters["properties"] ?? {}) as object);
  const cities = properties.some((name) => /city|location/.test(name)) ? citiesIn(text).length : 1;
  return Array.from({ length: Math.max(1, cities) }, (_, turn) => ({
    name: tool.name,
    arguments: fillSchema(tool.parameters, text, turn) as Record<string, unknown>,
  }));
}

/** The tool whose words the text shares most; undefined when it shares none. */
function bestTool(tools: readonly ToolDefinition[], text: string): ToolDefinition | undefined {
  const said = new Set(stems(text));
  const scored = tools.map((tool) => {
    const name = stems(tool.name.replaceAll("_", " "));
    const described = stems(tool.description);
    const exact = text.includes(tool.name) ? 100 : 0;
    const hits = (words: readonly string[]) => words.filter((word) => said.has(word)).length;
    return { tool, score: exact + 3 * hits(name) + hits(described) };
  });
  scored.sort((a, b) => b.score - a.score);
  const [best] = scored;
  return best !== undefined && best.score > 0 ? best.tool : undefined;
}

const COMMON = new Set(
  "what with that this from have your give please tell into about name text value word only using tool call function current currently answer reply return number exact string"
    .split(" "),
);

function stems(text: string): string[] {
  return (text.toLowerCase().match(/[a-z]{4,}/g) ?? [])
    .filter((word) => !COMMON.has(word))
    .map((word) => word.replace(/(ing|ed|es|s)$/, ""));
}

/** What follows a tool's result: another try after an error, the next step of a chain, or words. */
function afterResult(result: string, request: ScriptedRequest, user: string): ScriptedToolCall[] {
  const { tools, messages } = request;
  const before = messages.flatMap(({ toolCalls }) => toolCalls);
  const used = new Set(before.map(({ name }) => name));
  const last = before[before.length - 1];
  if (/no such tool|unknown tool|not exist/i.test(result)) {
    const named = tools.find(({ name }) => result.includes(name) && name !== last?.name);
    const other = named ?? tools.find(({ name }) => !used.has(name));
    return other === undefined ? [] : callsOf(other, user);
  }
  if (/"?error"?\s*:/i.test(result) && last !== undefined) {
    return [{ name: last.name, arguments: corrected(last.arguments, result) }];
  }
  const next = tools.find(({ name }) => !used.has(name) && /read|open|get_file|show/.test(name));
  const file = /[\w./-]+\.\w{1,4}\b/.exec(result)?.[0];
  if (next !== undefined && file !== undefined && /list|find|search/.test(last?.name ?? "")) {
    return callsOf(next, `${next.name} ${mentionedFile(result, user) ?? file}`);
  }
  return [];
}

/** A file of the result that the person asked for by a word of its name. */
function mentionedFile(result: string, user: string): string | undefined {
  const files = result.match(/[\w./-]+\.\w{1,4}\b/g) ?? [];
  return files.find((file) => stems(user).some((word) => file.toLowerCase().includes(word)));
}

/** The same arguments with the value that the error suggests. */
function corrected(
  args: Readonly<Record<string, unknown>>,
  result: string,
): Record<string, unknown> {
  const suggestion = /suggestion"?\s*:\s*"?(.*)$/is.exec(result)?.[1] ?? result;
  const value = /['`]([^'`]+)['`]/.exec(suggestion)?.[1] ??
    /[\w./-]+\.\w{1,4}\b/.exec(suggestion)?.[0] ?? "corrected";
  const [key] = Object.entries(args).find(([, old]) => typeof old === "string") ?? ["value"];
  return { ...args, [key]: value };
}
