import type { z } from "zod";

/** A JSON Schema as plain data. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** A word of what a tool does to the world; the policy and the display go by it. */
export type ToolEffect = "read" | "write" | "execute";

/** What a tool gives back. */
export interface ToolResult {
  /** What the model reads. */
  readonly text: string;
  /** True when something was cut; the text says what, and how to get the rest. */
  readonly truncated: boolean;
  /** The same as plain data, for programs: `--json`, the tool server. */
  readonly data?: Readonly<Record<string, unknown>>;
}

/** A function that a model may call: schema, operation, and what it does to the world. */
export interface Tool<A = unknown> {
  /** A letter, then letters, digits and underscores. */
  readonly name: string;
  /** One or two sentences; the model reads them with every request. */
  readonly description: string;
  readonly effect: ToolEffect;
  readonly schema: z.ZodType<A>;
  /**
   * Does it.
   *
   * @throws {@linkcode ValidationError} for arguments that the schema cannot judge, other {@linkcode OwllmError}s
   * for what went wrong; the signal's reason when it aborts
   */
  run(args: A, signal: AbortSignal): Promise<ToolResult>;
}

/** A tool whose arguments are not known at compile time: what lists of tools hold. */
// deno-lint-ignore no-explicit-any -- a list of tools of different arguments has no other type
export type AnyTool = Tool<any>;

/** Builds a tool; the arguments' type is inferred from the schema. */
export function defineTool<A>(tool: Tool<A>): Tool<A> {
  return tool;
}

/** The JSON Schema of a tool's arguments, as servers want it. */
export async function parametersOf(tool: AnyTool): Promise<JsonSchema> {
  const { z } = await import("zod");
  const { $schema: _, ...schema } = z.toJSONSchema(tool.schema, { io: "input" });
  return schema;
}
