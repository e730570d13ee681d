import { json } from "./dialects/errors.ts";
import { nativeBody, nativeEvents } from "./dialects/native.ts";
import { prefilledTokens } from "./dialects/timing.ts";
import { v1Body, v1Events } from "./dialects/v1.ts";
import { pause } from "./pause.ts";
import type { Fault, ScriptedReply, ScriptedRequest, ServerControl, StreamEvent } from "./types.ts";

/** A server without a speed still lets others run: after this many pieces. */
const PIECES_PER_BREATH = 32;

/** A whole answer after the time that it takes; a client that leaves ends it, unless a ghost goes on. */
export async function generateWhole(
  reply: ScriptedReply,
  request: ScriptedRequest,
  fault: Fault | undefined,
  server: ServerControl,
  gone: AbortSignal,
): Promise<Response> {
  const native = request.api === "native";
  const body = native
    ? nativeBody(reply, request, server.options)
    : v1Body(reply, request, server.options);
  const until = fault?.ghost ? [server.signal] : [server.signal, gone];
  server.activeGenerations++;
  try {
    await pause(prefillMs(reply, server) + decodeMs(reply, server), ...until);
  } finally {
    server.activeGenerations--;
  }
  return json(fault?.body?.(body, native ? "/api/chat" : "/v1/chat/completions", request) ?? body);
}

/** A streamed answer: headers come with the first token, as real servers send them. */
export async function generateStream(
  reply: ScriptedReply,
  request: ScriptedRequest,
  fault: Fault | undefined,
  server: ServerControl,
  gone: AbortSignal,
): Promise<Response> {
  const native = request.api === "native";
  const made = native
    ? nativeEvents(reply, request, server.options)
    : v1Events(reply, request, server.options);
  const events = fault?.events?.(made, request) ?? made;
  const encode = (event: StreamEvent) => {
    const text = typeof event === "string" ? event : JSON.stringify(event);
    return new TextEncoder().encode(native ? `${text}\n` : `data: ${text}\n\n`);
  };
  server.activeGenerations++;
  await pause(
    prefillMs(reply, server),
    ...(fault?.ghost ? [server.signal] : [server.signal, gone]),
  );
  return new Response(paced(events.map(encode), fault, server, gone), {
    headers: { "content-type": native ? "application/x-ndjson" : "text/event-stream" },
  });
}

/** Sends pieces at the server's speed until the client leaves; a ghost goes on all the same. */
function paced(
  pieces: readonly Uint8Array[],
  fault: Fault | undefined,
  server: ServerControl,
  gone: AbortSignal,
): ReadableStream<Uint8Array> {
  const pauseMs = 1000 / server.options.tokensPerSecond;
  let left = gone.aborted;
  return new ReadableStream({
    start(controller) {
      const work = async () => {
        for (const [i, piece] of pieces.entries()) {
          if (server.signal.aborted || (left && !fault?.ghost)) break;
          if (!left) controller.enqueue(piece);
          if (pauseMs > 0) await pause(pauseMs, server.signal);
          else if (i % PIECES_PER_BREATH === 0) await pause(1, server.signal);
        }
        if (!left) controller.close();
      };
      work().catch((error) => left || controller.error(error)).finally(() => {
        server.activeGenerations--;
      });
    },
    cancel() {
      left = true;
    },
  });
}

function prefillMs(reply: ScriptedReply, { options }: ServerControl): number {
  return (prefilledTokens(reply) / options.prefillTokensPerSecond) * 1000;
}

function decodeMs(reply: ScriptedReply, { options }: ServerControl): number {
  return (reply.completionTokens / options.tokensPerSecond) * 1000;
}
