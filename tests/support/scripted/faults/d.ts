import type { Fault, ScriptedReply, ScriptedRequest, ScriptedToolCall } from "../types.ts";
import { callAsText, callInContent, edited, everyBody, messageIn, withText } from "./edit.ts";

type Json = Record<string, unknown>;

const lastUser = ({ messages }: ScriptedRequest) =>
  messages.findLast(({ role }) => role === "user")?.text ?? "";

const afterTool = ({ messages }: ScriptedRequest) => messages[messages.length - 1]?.role === "tool";

const inWords = (reply: ScriptedReply, text: string): ScriptedReply => ({
  ...withText(reply, text),
  toolCalls: [],
  finish: "stop",
});

/** A fault that changes each call. */
function everyCall(
  name: string,
  change: (call: ScriptedToolCall, request: ScriptedRequest) => ScriptedToolCall,
): Fault {
  return {
    name,
    reply: (reply, request) => ({
      ...reply,
      toolCalls: reply.toolCalls.map((call) => change(call, request)),
    }),
  };
}

/** A fault that changes the texts in arguments. */
function everyArgument(name: string, change: (text: string) => unknown): Fault {
  return everyCall(name, (call) => ({
    ...call,
    arguments: Object.fromEntries(
      Object.entries(call.arguments).map(([key, value]) => [
        key,
        key === "content" && typeof value === "string" ? change(value) : value,
      ]),
    ),
  }));
}

/** A fault that answers in words where `when` holds. */
function wordsWhen(
  name: string,
  when: (request: ScriptedRequest) => boolean,
  text = "It is a fine day.",
): Fault {
  return {
    name,
    reply: (reply, request) => when(request) ? inWords(reply, text) : reply,
  };
}

/** A fault that calls a tool where `when` holds. */
function callsWhen(
  name: string,
  when: (request: ScriptedRequest) => boolean,
  call: ScriptedToolCall,
): Fault {
  return {
    name,
    reply: (reply, request) =>
      when(request) ? { ...reply, tokens: [], toolCalls: [call], finish: "tool_calls" } : reply,
  };
}

/** A fault that changes each piece of a call on the wire. */
function everyPiece(name: string, change: (piece: Json, nth: number) => void): Fault {
  let nth = 0;
  return everyBody(name, (copy) => {
    const calls = (messageIn(copy)?.["tool_calls"] ?? []) as Json[];
    for (const call of calls) change(call, nth++);
  });
}

/** A chat request that is answered with an error. */
function refusesChat(name: string, when: (body: Json) => boolean, answer: () => Response): Fault {
  return {
    name,
    async http(request, path) {
      if (path !== "/api/chat" && path !== "/v1/chat/completions") return undefined;
      return when(await request.clone().json()) ? answer() : undefined;
    },
  };
}

const error = (message: string, status: number) => () =>
  Response.json({ error: { message } }, { status });

const hasTools = (body: Json) => Array.isArray(body["tools"]);
const hasHistory = (body: Json) =>
  (body["messages"] as Json[]).some((message) => message["tool_calls"] !== undefined);
const OSLO = { name: "get_weather", arguments: { city: "Oslo" } };

/** What can be wrong with tool calls. */
export const D_FAULTS: readonly Fault[] = [
  refusesChat(
    "refuses_tools_ollama",
    hasTools,
    error("registry.ollama.ai/library/scripted:7b does not support tools", 400),
  ),
  refusesChat("refuses_tools_llama_cpp", hasTools, error("tools param requires --jinja flag", 500)),
  refusesChat(
    "refuses_tools_vllm",
    hasTools,
    error('"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser', 400),
  ),
  refusesChat(
    "refuses_schema_with_tools",
    (body) => hasTools(body) && body["response_format"] !== undefined,
    error("Cannot use custom grammar constraints with tools.", 400),
  ),
  refusesChat(
    "crashes_on_schema_with_tools",
    (body) => hasTools(body) && body["response_format"] !== undefined,
    error("index out of range", 500),
  ),
  refusesChat("refuses_history", hasHistory, error("no user query found", 500)),
  everyCall("wrong_tool_name", (call) => ({ ...call, name: "getWeather" })),
  everyCall("no_arguments", (call) => ({ ...call, arguments: {} })),
  everyPiece("no_call_id", (piece) => delete piece["id"]),
  everyPiece("same_call_id", (piece) => piece["id"] = "call_0"),
  everyPiece("pieces_without_id_at_0", (piece) => {
    delete piece["id"];
    piece["index"] = 0;
  }),
  everyBody("arguments_broken", (copy) => {
    for (const call of (messageIn(copy)?.["tool_calls"] ?? []) as Json[]) {
      const called = call["function"] as Json;
      if (typeof called["arguments"] === "string") called["arguments"] += '"\\u12';
    }
  }),
  {
    name: "call_ends_with_stop",
    reply: (reply) => ({ ...reply, finish: "stop" }),
  },
  {
    name: "calls_twice",
    reply: (reply) => ({ ...reply, toolCalls: reply.toolCalls.flatMap((call) => [call, call]) }),
  },
  wordsWhen("no_call_for_oslo", (request) => /Oslo/.test(lastUser(request))),
  wordsWhen("call_for_lima_only", (request) => /Oslo|Rome/.test(lastUser(request))),
  {
    name: "empty_call_list",
    reply: (reply) => reply.toolCalls.length === 0 ? reply : { ...reply, toolCalls: [] },
  },
  {
    name: "forced_call_is_empty",
    reply: (reply, { toolChoice }) =>
      toolChoice === "required" ? { ...reply, toolCalls: [], finish: "tool_calls" } : reply,
  },
  callInContent("call_function_tag", () => '<function=get_weather>{"city":"Oslo"}</function>'),
  callInContent("call_python", () => '[get_weather(city="Oslo")]'),
  callInContent("call_misfit", () => '{"name":"get_weather","arguments":{"town":"Oslo"}}'),
  {
    name: "call_native_and_in_content",
    body: (body, _path, request) =>
      request === undefined ? body : edited(body, (copy) => {
        const message = messageIn(copy);
        if (message?.["tool_calls"] !== undefined) {
          message["content"] = JSON.stringify(OSLO);
        }
      }),
  },
  wordsWhen(
    "knows_no_json",
    ({ tools, schema }) => tools.length > 0 || schema !== undefined,
    "I cannot look that up.",
  ),
  wordsWhen("stream_loses_call", ({ stream, tools }) => stream && tools.length > 0),
  {
    name: "stream_loses_last_piece",
    events: (events) => {
      const at = events.findLastIndex((event) =>
        typeof event !== "string" && messageIn(event)?.["tool_calls"] !== undefined
      );
      return events.filter((_, i) => i !== at);
    },
  },
  everyCall(
    "stream_calls_bergen",
    (call, { stream }) => stream ? { ...call, arguments: { city: "Bergen" } } : call,
  ),
  wordsWhen("ignores_result", afterTool),
  wordsWhen(
    "ignores_one_result",
    (request) => afterTool(request) && /Rome/.test(lastUser(request)),
  ),
  callsWhen("calls_again", afterTool, OSLO),
  {
    name: "drops_tool_role",
    request: (request) => ({
      ...request,
      messages: request.messages.filter(({ role }) => role !== "tool"),
      prompt: request.prompt.replaceAll(/^tool: .*\n/gm, ""),
    }),
  },
  callsWhen("calls_when_thanked", (request) => /Thanks/.test(lastUser(request)), OSLO),
  everyArgument("escapes_twice", (text) => JSON.stringify(text).slice(1, -1)),
  everyArgument(
    "html_entities",
    (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;"),
  ),
  everyArgument("null_characters", (text) => text.replaceAll("\n", "\0")),
  everyArgument("unescapes", (text) => text.replaceAll("\\u2192", "→").replaceAll("\\n", "\n")),
  everyArgument("forgets_tab", (text) => text.replaceAll("\t", "")),
  everyArgument("writes_half", (text) => text.slice(0, text.length / 2)),
  {
    name: "call_cut_by_length",
    reply: (reply) => ({
      ...reply,
      finish: reply.toolCalls.length > 0 ? "length" : reply.finish,
      toolCalls: reply.toolCalls.map((call) => ({
        ...call,
        arguments: {
          ...call.arguments,
          content: String(call.arguments["content"]).slice(0, 1000),
        },
      })),
    }),
  },
  wordsWhen("never_reads", (request) => afterTool(request) && request.tools.length === 2),
  callsWhen(
    "lists_for_ever",
    ({ tools }) => tools[0]?.name === "list_files",
    { name: "list_files", arguments: { folder: "." } },
  ),
  everyCall("numbers_as_text", (call) => ({
    ...call,
    arguments: Object.fromEntries(
      Object.entries(call.arguments).map(([key, value]) => [
        key,
        typeof value === "number" ? String(value) : value,
      ]),
    ),
  })),
  everyCall("first_of_many", (call, { tools }) => ({
    ...call,
    name: tools.length > 15 ? tools[0]?.name ?? "" : call.name,
  })),
  everyCall("first_of_five", (call, { tools }) => ({
    ...call,
    name: tools.length === 5 ? tools[0]?.name ?? "" : call.name,
  })),
  everyCall("always_first_tool", (call, { tools }) => ({
    ...call,
    name: tools[0]?.name ?? call.name,
  })),
  callsWhen("repeats_unknown_tool", ({ prompt }) => /no such tool/.test(prompt), {
    name: "weather_now",
    arguments: { city: "Oslo" },
  }),
  everyCall("repeats_wrong_path", (call, { messages }) => {
    const before = messages.flatMap(({ toolCalls }) => toolCalls)[0];
    return before ?? call;
  }),
  {
    name: "call_in_thoughts",
    reply: (reply, { think }) =>
      think === true && reply.toolCalls.length > 0
        ? { ...inWords(reply, ""), thinking: callAsText(reply) }
        : reply,
  },
  {
    name: "thinks_for_ever",
    reply: (reply, { think }) =>
      think === true
        ? { ...inWords(reply, ""), thinking: "Hm. ".repeat(50), finish: "length" }
        : reply,
  },
  wordsWhen(
    "flaky_10_percent",
    ({ seed, temperature }) => temperature > 0 && (seed ?? 1) % 10 === 0,
  ),
  wordsWhen(
    "flaky_50_percent",
    ({ seed, temperature }) => temperature > 0 && (seed ?? 1) % 2 === 0,
  ),
];
