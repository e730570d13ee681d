import { z } from "zod";
import type { ChatResponse, JsonSchema } from "../../../models/mod.ts";
import { shown } from "./text.ts";

/** Enum, integer, array and nesting; small, so that a slow engine answers in seconds. */
const Order = z.strictObject({
  color: z.enum(["red", "green", "blue"]),
  count: z.int().min(0).max(99),
  sizes: z.array(z.enum(["S", "M", "L"])).min(1).max(3),
  customer: z.strictObject({ vip: z.boolean() }),
});

/** What is sent; `$schema` is left out because some converters refuse unknown keywords. */
export const ORDER_SCHEMA: { readonly name: string; readonly schema: JsonSchema } = {
  name: "order",
  schema: withoutDialect(z.toJSONSchema(Order)),
};

/** Room for the whole object, pretty-printed. */
export const ORDER_TOKENS = 96;

function withoutDialect({ $schema: _, ...schema }: Record<string, unknown>): JsonSchema {
  return schema;
}

/** What is wrong with an answer that was to be an order; undefined when nothing is. */
export function flawOf({ content, finishReason }: ChatResponse): string | undefined {
  if (content.trim() === "") return `the answer is empty (finish "${finishReason}")`;
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch {
    return finishReason === "length" && content.trimStart().startsWith("{")
      ? `the JSON is cut at the token limit: ${shown(content, 40)}`
      : `the answer is not JSON: ${shown(content, 40)}`;
  }
  const issue = Order.safeParse(value).error?.issues[0];
  if (issue === undefined) return undefined;
  return `"${issue.path.join(".") || "the object"}" does not fit the schema: ${issue.message}`;
}
