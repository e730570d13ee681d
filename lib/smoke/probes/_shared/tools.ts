import type { ChatMessage, ToolCall, ToolDefinition } from "../../../models/mod.ts";

function tool(
  name: string,
  description: string,
  properties: Readonly<Record<string, unknown>>,
  required = Object.keys(properties),
): ToolDefinition {
  return {
    name,
    description,
    parameters: { type: "object", properties, required, additionalProperties: false },
  };
}

const TEXT = { type: "string" } as const;

/** The smallest useful tool. It comes first in every list, so that its prefill is paid once. */
export const GET_WEATHER = tool("get_weather", "Current weather of a city", { city: TEXT });

/** Lists a folder. */
export const LIST_FILES = tool("list_files", "Lists the files of a folder", { folder: TEXT });

/** Reads one file. */
export const READ_FILE = tool("read_file", "Reads one file", { path: TEXT });

/** Writes one file. */
export const WRITE_FILE = tool("write_file", "Writes one file", { path: TEXT, content: TEXT });

/** One property of each JSON type that tools use. */
export const CREATE_TASK = tool(
  "create_task",
  "Creates a task",
  {
    title: TEXT,
    priority: { type: "string", enum: ["low", "medium", "high"] },
    count: { type: "integer" },
    hours: { type: "number" },
    urgent: { type: "boolean" },
    assignee: { type: ["string", "null"] },
    parts: {
      type: "array",
      items: {
        type: "object",
        properties: { label: TEXT, quantity: { type: "integer" } },
        required: ["label", "quantity"],
        additionalProperties: false,
      },
    },
    remark: TEXT,
  },
  ["title", "priority", "count", "hours", "urgent", "assignee", "parts"],
);

/** Room for one short call with a sentence before it, in tokens. */
export const CALL_TOKENS = 96;

/** Nine letters and digits, as Mistral's template demands. */
const CALL_ID = "call00001";

/** The part of a conversation in which a call was made and answered. */
export function calledBefore(
  call: Pick<ToolCall, "name" | "arguments"> & { readonly id?: string },
  result: string,
): ChatMessage[] {
  const id = call.id || CALL_ID;
  return [
    {
      role: "assistant",
      content: "",
      toolCalls: [{ id, name: call.name, arguments: call.arguments }],
    },
    { role: "tool", content: result, toolCallId: id, toolName: call.name },
  ];
}
