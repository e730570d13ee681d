import { z } from "zod";
import { type JsonSchema, parametersOf, type Toolbox } from "../../tools/mod.ts";
import { Envelope } from "./envelope.ts";

/** The JSON Schema of a call: the envelope, and below it the arguments of each tool. */
export async function callSchema(toolbox: Toolbox): Promise<JsonSchema> {
  const { $schema, ...envelope } = z.toJSONSchema(Envelope);
  const tools = await Promise.all(
    toolbox.tools.map(async ({ tool, name }) =>
      [name, {
        type: "object",
        description: tool.description,
        properties: { tool: { const: name }, args: await parametersOf(tool) },
      }] as const
    ),
  );
  return {
    $schema,
    title: "A call of a tool of owllm",
    ...envelope,
    oneOf: tools.map(([name]) => ({ $ref: `#/$defs/${name}` })),
    $defs: Object.fromEntries(tools),
  };
}
