import type { Fault, ScriptedReply, ScriptedRequest } from "../types.ts";
import { edited, everyBody, everyText, messageIn, withText } from "./edit.ts";
import { WIRE_FAULTS } from "./wire.ts";

type Json = Record<string, unknown>;

const EMPTY = { tokens: [], thinking: "", toolCalls: [] } as const;

const ESSAY = "Well, many a word could be said here and none of them is short, for example this.";

/** A fault that changes words only where `when` holds. */
function textWhen(
  name: string,
  when: (request: ScriptedRequest) => boolean,
  change: (text: string) => string,
): Fault {
  return everyText(name, (text, request) => when(request) ? change(text) : text);
}

const lastUser = ({ messages }: ScriptedRequest) =>
  messages.findLast(({ role }) => role === "user")?.text ?? "";

const hasSystem = ({ messages }: ScriptedRequest) => messages.some(({ role }) => role === "system");

/** The same text as one token. */
const inOnePiece = (reply: ScriptedReply) => ({ ...reply, tokens: [reply.tokens.join("")] });

/** A fault that counts requests: `change` sees which one of its kind this is, from 1. */
function nth(
  name: string,
  counts: (request: ScriptedRequest) => boolean,
  change: (text: string, n: number) => string,
): Fault {
  return {
    name,
    reply: (reply, request, { requests }) =>
      counts(request)
        ? withText(reply, change(reply.tokens.join(""), requests.filter(counts).length))
        : reply,
  };
}

/** Refuses conversations of a shape, with the words of a template. */
function refuses(name: string, refused: (message: Json) => boolean, why: string): Fault {
  return {
    name,
    async http(request, path) {
      if (path !== "/api/chat" && path !== "/v1/chat/completions") return undefined;
      const { messages } = await request.clone().json() as { messages: Json[] };
      if (!messages.some(refused)) return undefined;
      return Response.json({ error: { message: why } }, { status: 500 });
    },
  };
}

const split = WIRE_FAULTS.find(({ name }) => name === "split_utf8");

/** What can be wrong with plain generation. */
export const B_FAULTS: readonly Fault[] = [
  {
    name: "thinks_only",
    reply: (reply) => ({ ...reply, ...EMPTY, thinking: "Hm, pong …", finish: "length" }),
  },
  {
    name: "invisible_tokens",
    reply: (reply) => ({ ...reply, ...EMPTY, finish: "length", completionTokens: 16 }),
  },
  everyBody("role_user", (copy) => {
    const message = messageIn(copy);
    if (message !== undefined) message["role"] = "user";
  }),
  {
    name: "rambles",
    reply: (reply) => ({ ...withText(reply, ESSAY), finish: "length", completionTokens: 16 }),
  },
  { name: "one_piece", reply: (reply) => inOnePiece(withText(reply, ESSAY)) },
  textWhen("stream_differs", ({ stream }) => stream, (text) => `${text}, pong, pong`),
  {
    name: "v1_no_done",
    events: (events, { api }) => api === "v1" ? events.filter((one) => one !== "[DONE]") : events,
  },
  {
    name: "no_stream_usage",
    events: (events) =>
      events.map((event) =>
        typeof event === "string" ? event : edited(event, (copy) => {
          for (const key of ["usage", "prompt_eval_count", "eval_count"]) delete copy[key];
        })
      ),
  },
  {
    name: "cut_says_stop",
    reply: (reply) => reply.finish === "length" ? { ...reply, finish: "stop" } : reply,
  },
  {
    name: "stops_early",
    reply: (reply, { maxTokens }) =>
      maxTokens === 16 ? { ...withText(reply, "No."), finish: "stop" } : reply,
  },
  textWhen("writes_own_line", (request) => /exactly/.test(lastUser(request)), () => "hello"),
  textWhen(
    "leaks_once",
    (request) => /poem/.test(lastUser(request)),
    (text) => `${text.slice(0, 30)}</s>`,
  ),
  {
    name: "loops_when_greedy",
    reply: (reply, { temperature }) =>
      temperature === 0 ? withText(reply, "the owl sees the owl and ".repeat(120)) : reply,
  },
  textWhen("disobeys_system", hasSystem, () => "No."),
  textWhen(
    "disobeys_once",
    (request) => hasSystem(request) && /capital/.test(lastUser(request)),
    () => "Paris.",
  ),
  refuses(
    "refuses_null_content",
    (message) => message["content"] === null,
    "content must be a string",
  ),
  refuses("refuses_tool_role", (message) => message["role"] === "tool", "no user query found"),
  nth(
    "first_differs",
    ({ temperature }) => temperature === 0,
    (text, n) => n === 1 ? `Once, ${text}` : text,
  ),
  nth("ignores_seed", ({ temperature }) => temperature > 0, (text, n) => `${n} ${text}`),
  nth("never_repeats", () => true, (text, n) => `${n} ${text}`),
  everyText("writes_broken_bytes", () => "\uFFFDn\uFFFD 日"),
  everyText("ascii_only", () => "Uni nihon"),
  textWhen("ascii_in_words", ({ schema }) => schema === undefined, () => "Uni nihon"),
  {
    ...split,
    name: "ascii_in_words_and_split",
    reply: (reply, { schema }) => schema === undefined ? withText(reply, "Uni nihon") : reply,
  },
  everyText("changes_text", () => "Ünï and so on, né"),
  {
    name: "raw_half_characters",
    response: (response, { stream }) => stream ? withRawHalves(response) : response,
  },
  {
    name: "stream_ignores_schema",
    request: (request) => request.stream ? { ...request, schema: undefined } : request,
  },
  textWhen(
    "schema_needs_thinking",
    ({ schema, think }) => schema !== undefined && think === false,
    () => "A red order",
  ),
  {
    name: "schema_cut",
    reply: (reply, { schema }) =>
      schema === undefined
        ? reply
        : { ...reply, tokens: reply.tokens.slice(0, 3), finish: "length" },
  },
  textWhen("schema_misfit", ({ schema }) => schema !== undefined, () => '{"color":"pink"}'),
  {
    name: "schema_is_hint",
    request: (request) =>
      /no JSON/.test(lastUser(request)) ? { ...request, schema: undefined } : request,
  },
  {
    name: "thinks_always",
    reply: (reply) => ({ ...reply, thinking: "Let me think about it. ", completionTokens: 120 }),
  },
  {
    name: "only_no_think_in_prompt",
    reply: (reply, request) => ({
      ...reply,
      thinking: lastUser(request).endsWith("/no_think") ? "" : "Let me think. ",
    }),
  },
];

/** Drops the second byte of the first long character of each packet. */
function withRawHalves(response: Response): Response {
  const half = new TransformStream<Uint8Array, Uint8Array>({
    transform(bytes, controller) {
      const at = bytes.findIndex((byte) => byte >= 0xc3);
      controller.enqueue(
        at < 0 ? bytes : new Uint8Array([...bytes.slice(0, at + 1), ...bytes.slice(at + 2)]),
      );
    },
  });
  return new Response(response.body?.pipeThrough(half) ?? null, response);
}
