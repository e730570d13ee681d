import { z } from "zod";
import type { ToolCall } from "../call_desk.ts";
import { parseStrictJson } from "../strict_json.ts";
import { notACall } from "./rejection.ts";

/** What a call looks like. */
const EXAMPLE = '{"tool": "read_file", "args": {"path": "README.md"}, "id": "1"}';

/** The names that tools may have. */
export const TOOL_NAME = "^[A-Za-z][A-Za-z0-9_]*$";

/** The ids that calls may have: characters that harm no terminal and no log. */
export const CALL_ID = "^[A-Za-z0-9][A-Za-z0-9_.:-]*$";

const MAX_NAME = 64;
const MAX_ID = 128;

/** A call as it comes, and nothing beside it. */
export const Envelope: z.ZodType<ToolCall> = z.strictObject({
  tool: z.string().max(MAX_NAME).regex(new RegExp(TOOL_NAME)),
  args: z.record(z.string(), z.unknown()),
  id: z.string().max(MAX_ID).regex(new RegExp(CALL_ID)),
});

const KEYS = ["tool", "args", "id"];

/** What each key must be, in words. */
const MUST_BE: Readonly<Record<string, string>> = {
  tool: `a name: a letter, then letters, digits and underscores, at most ${MAX_NAME}`,
  args: "an object",
  id: `a text of 1 to ${MAX_ID} letters, digits and _ . : -, the first a letter or a digit`,
};

/**
 * The call in a body.
 *
 * @throws `usage` with the first reason why it is none
 */
export function parseCall(bytes: Uint8Array): ToolCall {
  const value = parseStrictJson(bytes, "body", EXAMPLE);
  const parsed = Envelope.safeParse(value);
  if (parsed.success) return parsed.data;
  const fix = `Send ${EXAMPLE}`;
  if (Array.isArray(value)) {
    throw notACall("The body is a list, and one request is one call", fix);
  }
  if (typeof value !== "object" || value === null) throw notACall("The body is no object", fix);
  const given: Readonly<Record<string, unknown>> = { ...value };
  const tool = typeof given["tool"] === "string" && new RegExp(TOOL_NAME).test(given["tool"])
    ? given["tool"].slice(0, MAX_NAME)
    : undefined;
  const unknown = Object.keys(given).find((key) => !KEYS.includes(key));
  if (unknown !== undefined) {
    throw notACall(`The key ${JSON.stringify(unknown.slice(0, 60))} is not known`, fix, tool);
  }
  const missing = KEYS.find((key) => !(key in given));
  if (missing !== undefined) throw notACall(`"${missing}" is missing`, fix, tool);
  const [wrong = ""] = parsed.error.issues[0]?.path.map(String) ?? [];
  throw notACall(`"${wrong}" must be ${MUST_BE[wrong]}`, fix, tool);
}
