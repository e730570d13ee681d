import type { Dialect } from "../support/scripted/mod.ts";

/** A request and the shape of the answer that the real server gave to it. */
export interface Recorded {
  readonly dialect: Dialect;
  readonly path: string;
  readonly body?: unknown;
  readonly status?: number;
  readonly type?: string;
  /** Shape of the body; of the lines in order, for a stream. */
  readonly recorded: unknown;
}

/** The model that is asked. */
export const MODEL = "scripted:7b";

const TOOL = {
  type: "function",
  function: {
    name: "get_weather",
    description: "Weather of a city",
    parameters: {
      type: "object",
      properties: { city: { type: "string" } },
      required: ["city"],
    },
  },
};

/** A question that is answered in words. */
export const HELLO = {
  model: MODEL,
  messages: [{ role: "user", content: "Reply with the single word pong" }],
};

/** A question that is answered by a call. */
export const WEATHER = {
  model: MODEL,
  messages: [{ role: "user", content: "What is the weather in Oslo?" }],
  tools: [TOOL],
};
