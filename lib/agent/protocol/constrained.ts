import { checkToolArguments, type JsonSchema, type ToolDefinition } from "../../models/mod.ts";
import type { Protocol, TurnContent } from "./protocol.ts";
import { asWords, describeTools } from "./words.ts";

/** What a model calls when it is done, where every answer has to be a call. */
const FINISH = "finish";

/**
 * Every answer is forced into the JSON of a call. One schema a tool: with one schema for all,
 * small models give the right name and another tool's arguments.
 */
export const constrainedProtocol: Protocol = {
  mode: "constrained_json",
  request: (messages, tools) => ({
    messages: asWords(
      messages,
      `${describeTools(tools)}\n${FINISH}(answer: string): End, with the answer for the person.\n` +
        'Answer with {"tool": "NAME", "args": {…}, "id": "1"}.',
    ),
    schema: {
      name: "call",
      schema: {
        anyOf: [
          ...tools.map(({ name, parameters }) => callSchema(name, parameters)),
          FINISH_SCHEMA,
        ],
      },
    },
  }),
  read: (response, tools, newId) => readCall(response.content, tools, newId),
};

/**
 * What a grammar cannot say in few words: a text of at most a million characters became a rule with
 * a million parts, which ended Ollama 0.17.4. The tool's own schema judges the arguments anyway.
 */
const NOT_FOR_GRAMMARS: ReadonlySet<string> = new Set([
  "default",
  "description",
  "maxLength",
  "minLength",
  "pattern",
]);

function forGrammar(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(forGrammar);
  if (schema === null || typeof schema !== "object") return schema;
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([key, value]) => !NOT_FOR_GRAMMARS.has(key) || typeof value === "object")
      .map(([key, value]) => [key, forGrammar(value)]),
  );
}

function callSchema(name: string, parameters: JsonSchema): JsonSchema {
  return {
    type: "object",
    properties: { tool: { const: name }, args: forGrammar(parameters), id: { type: "string" } },
    required: ["tool", "args", "id"],
    additionalProperties: false,
  };
}

const FINISH_PARAMETERS: JsonSchema = {
  type: "object",
  properties: { answer: { type: "string" } },
  required: ["answer"],
  additionalProperties: false,
};

const FINISH_SCHEMA = callSchema(FINISH, FINISH_PARAMETERS);

function readCall(
  content: string,
  tools: readonly ToolDefinition[],
  newId: () => string,
): TurnContent {
  const broken = (why: string): TurnContent => ({ text: content, call: undefined, broken: why });
  const value = parse(content);
  if (value === undefined) return broken("the answer is not one whole JSON object");
  const { tool, args, id } = value;
  if (typeof tool !== "string") return broken('the answer has no "tool"');
  if (tool === FINISH) {
    const checked = checkToolArguments(args, FINISH_PARAMETERS);
    return checked.ok
      ? { text: String(checked.value["answer"]), call: undefined, broken: undefined }
      : broken(checked.error);
  }
  const definition = tools.find(({ name }) => name === tool);
  if (definition === undefined) return broken(`no tool "${tool}"`);
  const checked = checkToolArguments(args, definition.parameters);
  if (!checked.ok) return broken(checked.error);
  // Small models write the same id every time; the run needs one that is its own.
  const unique = newId();
  return {
    text: "",
    call: {
      id: typeof id === "string" && id !== "" ? `${unique}_${id}` : unique,
      name: tool,
      argumentsJson: JSON.stringify(checked.value),
      recovered: undefined,
    },
    broken: undefined,
  };
}

function parse(content: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(content);
    return value !== null && typeof value === "object" && !Array.isArray(value)
      ? value as Record<string, unknown>
      : undefined;
  } catch {
    return undefined; // Cut off by the token limit, or no JSON at all.
  }
}
