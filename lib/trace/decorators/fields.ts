import type { EventType } from "../events.ts";
import type { EventFields } from "../new_events.ts";
import type { TracedCall } from "./options.ts";

/** What an event type means for a traced call. */
interface Kind {
  readonly prefix: string;
  /** What the result says by itself. */
  readonly fields: (call: TracedCall) => EventFields;
}

/** What the three kinds of traced calls are called, and what is read from their results. */
export const KINDS: Readonly<Record<EventType, Kind>> = {
  cais: { prefix: "agent", fields: ({ result }) => modelFields(result) },
  environment: { prefix: "env", fields: ({ result }) => rewardFields(result) },
  runtime: { prefix: "runtime", fields: () => ({}) },
};

type Fields = Readonly<Record<string, unknown>>;

function modelFields(result: unknown): EventFields {
  if (!isFields(result)) return {};
  const usage = isFields(result["usage"]) ? result["usage"] : result;
  return {
    model_name: text(result["model_name"]) ?? text(result["model"]),
    provider: text(result["provider"]),
    input_tokens: number(usage["input_tokens"]) ?? number(usage["prompt_tokens"]),
    output_tokens: number(usage["output_tokens"]) ?? number(usage["completion_tokens"]),
    total_tokens: number(usage["total_tokens"]),
  };
}

/** Either an object of named fields, or observation, reward, terminated, truncated in a row. */
function rewardFields(result: unknown): EventFields {
  const fields = Array.isArray(result)
    ? { reward: result[1], terminated: result[2], truncated: result[3] }
    : result;
  if (!isFields(fields)) return {};
  return {
    reward: number(fields["reward"]) ?? 0,
    terminated: (fields["terminated"] ?? fields["done"]) === true,
    truncated: fields["truncated"] === true,
  };
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}

function text(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function number(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}
