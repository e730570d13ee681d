import { cutPrompt } from "../window.ts";
import { decideCalls } from "../brain/tools.ts";
import { countTokens, tokenize } from "../tokens.ts";
import type { Fault } from "../types.ts";
import { callInContent, edited, everyBody, everyText, messageIn, withText } from "./edit.ts";

type Json = Record<string, unknown>;

/** Cuts every prompt at a number of tokens and answers 200 as if nothing were. */
export function contextCutAt(tokens: number): Fault {
  return {
    name: `context_cut_${tokens}`,
    request: (request) =>
      countTokens(request.prompt) <= tokens ? request : cutPrompt(request, tokens),
  };
}

/** Calls inside the words, in the forms that models really write. */
export const CALL_FORM_FAULTS: readonly Fault[] = [
  callInContent("call_bare_json", (call) => call),
  callInContent("call_fenced", (call) => `Sure:\n\`\`\`json\n${call}\n\`\`\``),
  callInContent("call_tag", (call) => `<tool_call>\n${call}\n</tool_call>`),
  callInContent("call_after_think", (call) => `<think>I need a tool.</think>\n${call}`),
  callInContent("call_mistral", (call) => `[TOOL_CALLS] [${call}]`),
];

const NO_TOOL_INDEX = everyBody("no_tool_index", (copy) => {
  for (const place of indexesIn(copy)) delete place["index"];
});

/** Answers that are wrong in themselves. */
export const ANSWER_FAULTS: readonly Fault[] = [
  contextCutAt(1024),
  contextCutAt(2051),
  {
    name: "tools_dropped",
    request: (request) => ({
      ...request,
      tools: [],
      prompt: request.prompt.replace(/^tools .*\n/, ""),
    }),
  },
  NO_TOOL_INDEX,
  {
    name: "v1_no_tool_index",
    events: (events, request) =>
      request.api === "v1" ? NO_TOOL_INDEX.events?.(events, request) ?? events : events,
  },
  everyBody("tool_index_always_0", (copy) => {
    for (const place of indexesIn(copy)) place["index"] = 0;
  }),
  everyBody("arguments_object", (copy) => {
    for (const call of toolCallsIn(copy)) {
      const called = call["function"] as Json;
      if (typeof called["arguments"] === "string" && called["arguments"] !== "") {
        called["arguments"] = parsed(called["arguments"]);
      }
    }
  }),
  everyBody("arguments_double_encoded", (copy) => {
    for (const call of toolCallsIn(copy)) {
      const called = call["function"] as Json;
      called["arguments"] = JSON.stringify(called["arguments"]);
    }
  }),
  {
    name: "ignores_max_tokens",
    request: (request) => ({ ...request, maxTokens: undefined }),
  },
  { name: "ignores_stop", request: (request) => ({ ...request, stop: [] }) },
  { name: "ignores_schema", request: (request) => ({ ...request, schema: undefined }) },
  {
    name: "ignores_tool_choice",
    request: (request) => ({ ...request, toolChoice: "auto" }),
  },
  {
    name: "schema_suppresses_tools",
    request: (request) => request.schema === undefined ? request : { ...request, tools: [] },
  },
  everyText("leaked_tokens", (text) => `${text}<|im_end|>\n<|im_start|>user`),
  everyText("empty_answer", () => ""),
  {
    name: "thinking_leak",
    reply: (reply) => ({
      ...withText(reply, `<think>${reply.thinking || "Hm. "}</think>${reply.tokens.join("")}`),
      thinking: "",
    }),
  },
  {
    name: "never_calls_tools",
    reply: (reply) =>
      reply.toolCalls.length === 0
        ? reply
        : { ...withText(reply, "I cannot look that up."), toolCalls: [], finish: "stop" },
  },
  {
    name: "calls_always",
    reply: (reply, request) => {
      const calls = request.tools.length === 0 ? [] : decideCalls({
        ...request,
        toolChoice: "required",
        messages: request.messages.slice(0, 1),
      });
      return calls.length === 0
        ? reply
        : { ...reply, tokens: [], toolCalls: calls, finish: "tool_calls" };
    },
  },
  {
    name: "one_call_only",
    reply: (reply) => ({ ...reply, toolCalls: reply.toolCalls.slice(0, 1) }),
  },
  {
    name: "drops_system",
    request: (request) => ({
      ...request,
      messages: request.messages.filter(({ role }) => role !== "system"),
      prompt: request.prompt.replace(/^system: .*\n/m, ""),
    }),
  },
  {
    name: "answers_unknown_model",
    request: (request) => request,
    async http(request, path, server) {
      if (path !== "/api/chat" && path !== "/v1/chat/completions") return undefined;
      const raw = await request.clone().json() as Json;
      if (raw["model"] === server.options.model) return undefined;
      const again = await fetch(server.url + path, {
        method: "POST",
        body: JSON.stringify({ ...raw, model: server.options.model }),
      });
      return new Response(await again.text(), { headers: { "content-type": "application/json" } });
    },
  },
  { name: "ghost_generation", ghost: true },
  {
    name: "cross_talk",
    reply: (reply, request, server) => {
      const before = server.requests.at(-2);
      const other = before === undefined || before.prompt === request.prompt
        ? undefined
        : /[A-Za-z]*\d[\w-]*/.exec(before.messages.at(-1)?.text ?? "")?.[0];
      return other === undefined ? reply : { ...reply, tokens: tokenize(other) };
    },
  },
  {
    name: "loops",
    reply: (reply) => withText(reply, "the owl sees the owl and ".repeat(120)),
  },
  {
    name: "derived_loses_tools",
    body: (body, path) =>
      path === "/api/show" && String(body["modelfile"]).includes("FROM") &&
        body["parameters"] !== undefined
        ? edited(body, (copy) => copy["capabilities"] = ["completion"])
        : body,
  },
];

function toolCallsIn(body: Json): Json[] {
  return (messageIn(body)?.["tool_calls"] ?? []) as Json[];
}

/** The objects that carry an index: the call on `/v1`, its function in the native API. */
function indexesIn(body: Json): Json[] {
  return toolCallsIn(body).flatMap((call) => [call, (call["function"] ?? {}) as Json])
    .filter((place) => "index" in place);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text; // Half of a streamed argument stays as it is.
  }
}
