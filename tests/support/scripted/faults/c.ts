import type { Fault } from "../types.ts";
import { json } from "../dialects/errors.ts";
import { cutPrompt } from "../window.ts";
import { countTokens, sharedTokens } from "../tokens.ts";
import { withText } from "./edit.ts";

/** Longest prompt that the forgetful model still overlooks, in tokens. */
const ATTENTION = 1_000;

/** Where the model with a middling memory begins to overlook things, in tokens. */
const LONG_ATTENTION = 8_000;

/** Tokens at the end of a prompt that only open the answer. */
const OPENING = 1;

/** Ways in which the context goes wrong. */
export const C_FAULTS: readonly Fault[] = [
  {
    name: "forgets_far_back",
    reply: (reply, request) =>
      countTokens(request.prompt) > ATTENTION ? withText(reply, "I do not remember.") : reply,
  },
  {
    name: "forgets_past_8k",
    reply: (reply, request) =>
      countTokens(request.prompt) > LONG_ATTENTION ? withText(reply, "I do not remember.") : reply,
  },
  {
    name: "num_ctx_in_modelfile",
    body: (body, path) =>
      path === "/api/show" ? { ...body, parameters: "num_ctx                        4096" } : body,
  },
  {
    name: "refuses_long",
    http: async (request, path) => {
      if (!path.endsWith("/chat") && !path.endsWith("/completions")) return undefined;
      const { length } = await request.clone().text();
      return length > 12_000 ? json({ error: "input too large" }, 413) : undefined;
    },
  },
  {
    name: "overflow_500",
    http: async (request, path) => {
      if (!path.endsWith("/chat") && !path.endsWith("/completions")) return undefined;
      const { length } = await request.clone().text();
      return length > 8_000 ? json({ error: "runner crashed" }, 500) : undefined;
    },
  },
  {
    name: "cuts_even_when_forbidden",
    request: (request, { options }) =>
      countTokens(request.prompt) <= options.contextTokens
        ? request
        : cutPrompt(request, options.contextTokens / 2 + 2),
  },
  {
    name: "no_kv_cache",
    reply: (reply) => ({ ...reply, cachedTokens: 0 }),
  },
  {
    // As caches of models with a sliding window: they can grow, but not go back.
    name: "sliding_window",
    reply: (reply, request, { requests }) => {
      const before = requests.at(-2)?.prompt ?? "";
      const grows = sharedTokens(before, request.prompt) >= countTokens(before) - OPENING;
      return grows ? reply : { ...reply, cachedTokens: 0 };
    },
  },
  {
    name: "calls_only_when_short",
    reply: (reply, request) =>
      countTokens(request.prompt) > ATTENTION && reply.toolCalls.length > 0
        ? { ...withText(reply, "It is cold in Oslo."), toolCalls: [], finish: "stop" }
        : reply,
  },
];
