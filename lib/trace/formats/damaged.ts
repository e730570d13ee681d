import { OwllmError } from "../../core/mod.ts";
import type { z } from "zod";

/** Where a record stands, for messages: a file, and a line where it has lines. */
export interface Place {
  readonly file: string;
  readonly line?: number;
}

/** The error for a file that is not what it should be; `expected` goes on with what was expected. */
export function damagedFile({ file, line }: Place, expected: string): OwllmError {
  const where = line === undefined ? `"${file}"` : `Line ${line} of "${file}"`;
  return new OwllmError({
    code: "usage",
    message: `${where} is damaged: expected ${expected}`,
    recoverySuggestion: "Export the trace again; what stands before the damage has been imported",
    context: { file, ...line === undefined ? {} : { line } },
  });
}

/**
 * Data that a schema without conversions accepts, as it was given: a copy could lose fields such as
 * `__proto__`. What does not fit is told with its path.
 */
export function checked<T>(schema: z.ZodType<T>, data: unknown, place: Place, what: string): T {
  const parsed = schema.safeParse(data);
  if (parsed.success) return data as T;
  const [issue] = parsed.error.issues;
  const path = issue?.path.map(String).join(".") ?? "";
  throw damagedFile(place, `${what}${path === "" ? "" : `; "${path}"`}: ${issue?.message ?? ""}`);
}

/** JSON text as data. */
export function parsedJson(text: string, place: Place, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw damagedFile(place, `${what} as JSON`);
    throw error;
  }
}
