import { type Schema, Validator } from "@cfworker/json-schema";
import { err, messageOf, ok, type Result } from "../core/mod.ts";
import type { JsonSchema } from "./provider.ts";

/** Arguments that fit their schema, or the first thing that is wrong with them. */
export type ToolArguments = Result<Readonly<Record<string, unknown>>, string>;

/**
 * Parses the JSON text of a call's arguments once and checks it against the tool's schema. A text
 * that needs a second parse is refused: it would be a guess about what the model meant.
 */
export function parseToolArguments(text: string, parameters: JsonSchema): ToolArguments {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return err(`not JSON: ${messageOf(error)}`);
  }
  return checkToolArguments(value, parameters);
}

/** Checks arguments that are already a value against the tool's schema. */
export function checkToolArguments(value: unknown, parameters: JsonSchema): ToolArguments {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return err(`${nameOfType(value)} where an object is due`);
  }
  const problem = schemaProblem(value, parameters);
  return problem === undefined ? ok(value as Record<string, unknown>) : err(problem);
}

/** A schema that cannot be judged (an unknown `$ref`, say) refuses every value. */
function schemaProblem(value: unknown, schema: JsonSchema): string | undefined {
  try {
    const { valid, errors } = new Validator(schema as Schema, "2020-12", false).validate(value);
    if (valid) return undefined;
    // Each error is followed by those inside it; the last of the first chain says most.
    const most = errors.find(({ keyword }) => keyword !== "properties" && keyword !== "items");
    return most === undefined
      ? "does not fit the schema"
      : `${most.instanceLocation.replace(/^#\/?/, "") || "arguments"}: ${most.error}`.replace(
        /\.$/,
        "",
      );
  } catch (error) {
    return `the schema cannot be judged: ${messageOf(error)}`;
  }
}

function nameOfType(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "an array" : `a ${typeof value}`;
}
