import { pause } from "../pause.ts";
import type { Fault, ScriptedRequest, ServerControl, StreamEvent } from "../types.ts";
import { edited, isFinish, messageIn } from "./edit.ts";

type Json = Record<string, unknown>;

const isChat = (path: string) => path === "/api/chat" || path === "/v1/chat/completions";

/** How much of a stream comes before it breaks: the first token, even of the shortest answer. */
const piecesOf = ({ api }: ScriptedRequest) => api === "native" ? 1 : 2;

/** Passes the first bytes of a body on, then does what `end` says. */
function cutBody(
  response: Response,
  server: ServerControl,
  pieces: number,
  end: (controller: ReadableStreamDefaultController) => void | Promise<void>,
): Response {
  const reader = response.body?.getReader();
  let sent = 0;
  return new Response(
    new ReadableStream({
      async pull(controller) {
        const next = sent++ < pieces ? await reader?.read() : undefined;
        if (next?.value !== undefined) return controller.enqueue(next.value);
        await reader?.cancel();
        await end(controller);
        if (server.signal.aborted) controller.close();
      },
      cancel: () => reader?.cancel(),
    }),
    response,
  );
}

/** Bytes that stay away, errors in strange places, connections that break. */
export const WIRE_FAULTS: readonly Fault[] = [
  {
    name: "hang_before_first_byte",
    async http(_request, path, server) {
      if (!isChat(path)) return undefined;
      await pause(60_000, server.signal);
      return new Response("");
    },
  },
  {
    name: "hang_mid_stream",
    response: (response, request, server) =>
      request.stream
        ? cutBody(response, server, piecesOf(request), () => pause(60_000, server.signal))
        : response,
  },
  {
    name: "reset_mid_stream",
    response: (response, request, server) =>
      request.stream
        // Deno prints what a body fails with: words, and no stack of ours.
        ? cutBody(response, server, piecesOf(request), (controller) =>
          controller.error("(broken on purpose)"))
        : response,
  },
  {
    name: "html_500",
    http: (_request, path) =>
      isChat(path)
        ? new Response("<html><h1>500 Internal Server Error</h1></html>", {
          status: 500,
          headers: { "content-type": "text/html" },
        })
        : undefined,
  },
  {
    name: "error_inside_stream",
    events: (events, request) => [
      ...events.slice(0, piecesOf(request)),
      request.api === "native"
        ? { error: "unexpected EOF from the runner" }
        : { error: { message: "unexpected EOF from the runner", type: "server_error", code: 500 } },
    ],
  },
  {
    name: "wrong_content_type",
    response: (response) =>
      new Response(response.body, {
        status: response.status,
        headers: { "content-type": "text/html" },
      }),
  },
  {
    name: "not_json",
    response: (response, request) => request.stream ? response : new Response("pong", response),
  },
  {
    name: "gigantic_answer",
    response: (_response, request, server) => gigantic(request, server),
  },
  {
    name: "no_done",
    events: (events) => events.filter((event) => event !== "[DONE]").filter(dropNativeEnd),
  },
  {
    name: "no_finish",
    body: (body, _path, request) => request === undefined ? body : edited(body, dropFinish),
    events: (events) =>
      events.map((event) => typeof event === "string" ? event : edited(event, dropFinish)),
  },
  {
    name: "two_finishes",
    events: (events) => events.flatMap((event) => isFinish(event) ? [event, event] : [event]),
  },
  {
    name: "no_usage",
    body: (body, _path, request) => request === undefined ? body : edited(body, dropUsage),
    events: (events) =>
      events.map((event) => typeof event === "string" ? event : edited(event, dropUsage)),
  },
  {
    name: "split_utf8",
    events: (events) => events.flatMap(splitCharacters),
  },
];

function dropNativeEnd(event: StreamEvent): boolean {
  return typeof event === "string" || event["done"] !== true;
}

function dropFinish(copy: Json): void {
  delete copy["done_reason"];
  const [choice] = (copy["choices"] ?? []) as Json[];
  if (choice !== undefined) choice["finish_reason"] = null;
}

function dropUsage(copy: Json): void {
  for (const key of ["usage", "timings", "prompt_eval_count", "eval_count"]) delete copy[key];
}

/** As a server does that decodes the bytes of each token by itself: U+FFFD at the joints. */
function splitCharacters(event: StreamEvent): StreamEvent[] {
  if (typeof event === "string") return [event];
  const content = messageIn(event)?.["content"];
  if (typeof content !== "string") return [event];
  const bytes = new TextEncoder().encode(content);
  if (bytes.length === content.length) return [event];
  return [bytes.subarray(0, 1), bytes.subarray(1)].map((part) =>
    edited(event, (copy) => {
      const message = messageIn(copy);
      if (message !== undefined) message["content"] = new TextDecoder().decode(part);
    })
  );
}

/** 32 MiB of the same word, as fast as the client reads. */
function gigantic(request: ScriptedRequest, server: ServerControl): Response {
  const word = "owl ".repeat(16_384);
  let sent = 0;
  const body = new ReadableStream({
    pull(controller) {
      if (sent++ >= 512 || server.signal.aborted) return controller.close();
      const line = request.api === "native"
        ? `${JSON.stringify({ message: { role: "assistant", content: word }, done: false })}\n`
        : `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: word } }] })}\n\n`;
      controller.enqueue(new TextEncoder().encode(line));
    },
  });
  const type = request.stream ? "text/event-stream" : "application/json";
  return new Response(body, { headers: { "content-type": type } });
}
