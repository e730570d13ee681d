import { z } from "zod";
import { damaged } from "./errors.ts";
import type { Row } from "./database.ts";

/** JSON text in a column, as plain data. */
export const json = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: "custom", message: "Invalid JSON" });
    return z.NEVER;
  }
});

/** SQLite's 0 and 1. */
export const flag = z.union([z.literal(0), z.literal(1)]).transform((value) => value === 1);

/** Checks a row; what owllm never writes means that something else changed the file. */
export function parseRow<T>(schema: z.ZodType<T>, row: Row, path: string, table: string): T {
  const parsed = schema.safeParse(row);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const column = issue?.path.join(".") ?? "";
  throw damaged(path, `table "${table}", column "${column}": ${issue?.message ?? "bad value"}`);
}

/** JSON text for a column; null stays null. */
export function toJson(value: unknown): string | null {
  return value === undefined || value === null ? null : JSON.stringify(value);
}
