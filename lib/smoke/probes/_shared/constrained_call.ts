import { checkToolArguments } from "../../../models/mod.ts";
import type { ProbeContext } from "../../probe.ts";
import { withoutThinking } from "../../thinking.ts";
import { jsonOf } from "./json.ts";
import { shown } from "./text.ts";
import { GET_WEATHER } from "./tools.ts";

/** One small object; the words of a city take the rest. */
const OBJECT_TOKENS = 48;

/** A call as the agent asks for it where the server has no usable tool calls. */
export interface ConstrainedCall {
  readonly valid: boolean;
  /** The call, or what is wrong with it. */
  readonly said: string;
}

/** Puts a tool into the prompt and constrains the answer to the JSON of a call. */
export async function constrainedCall(context: ProbeContext): Promise<ConstrainedCall> {
  const { name, parameters } = GET_WEATHER;
  const { content } = await context.chat(
    await withoutThinking(context, {
      messages: [
        {
          role: "system",
          content: `Answer with one JSON call. Tool: ${JSON.stringify(GET_WEATHER)}`,
        },
        { role: "user", content: "What is the weather in Oslo right now?" },
      ],
      schema: {
        name: "call",
        schema: {
          type: "object",
          properties: { name: { type: "string", enum: [name] }, arguments: parameters },
          required: ["name", "arguments"],
          additionalProperties: false,
        },
      },
      maxTokens: OBJECT_TOKENS,
    }),
  );
  const call = jsonOf(content) as { name?: unknown; arguments?: unknown } | null | undefined;
  if (call === undefined) return { valid: false, said: `not JSON: ${shown(content, 40)}` };
  const checked = checkToolArguments(call?.arguments, parameters);
  if (call?.name !== name) return { valid: false, said: `no call: ${shown(content, 40)}` };
  return checked.ok
    ? { valid: true, said: content.replaceAll(/\s+/g, " ").trim() }
    : { valid: false, said: checked.error };
}
