import { think } from "./brain/mod.ts";
import { nativeBody, nativeEvents } from "./dialects/native.ts";
import { parseNative, parseV1 } from "./dialects/parse.ts";
import { json } from "./dialects/routes.ts";
import { v1Body, v1Events } from "./dialects/v1.ts";
import { countTokens, lastTokens } from "./tokens.ts";
import type { Fault, ScriptedReply, ScriptedRequest, ServerControl, StreamEvent } from "./types.ts";

/** What the server keeps between chat requests. */
export interface ChatMemory {
  /** The prompt that lies in the KV cache. */
  previous: string;
  requests: ScriptedRequest[];
}

/** Answers one chat request; undefined when the path is no chat. */
export async function answerChat(
  path: string,
  raw: Record<string, unknown>,
  memory: ChatMemory,
  fault: Fault | undefined,
  server: ServerControl,
): Promise<Response | undefined> {
  const { dialect } = server.options;
  const native = path === "/api/chat" && dialect === "ollama";
  if (!native && path !== "/v1/chat/completions") return undefined;
  const parsed = native ? parseNative(raw, dialect) : parseV1(raw, dialect);
  memory.requests.push(parsed);
  const unknown = unknownModel(parsed, server);
  if (unknown !== undefined) return unknown;
  // llama.cpp answers by its own name whatever it was called.
  const asked = dialect === "llama_cpp" ? { ...parsed, model: server.options.model } : parsed;
  const meant = fault?.request?.(asked, server) ?? asked;
  const window = asked.numCtx ?? server.options.contextTokens;
  const fitted = fit(meant, window);
  if (fitted instanceof Response) return fitted;
  server.loaded = true;
  const canThink = server.options.capabilities.includes("thinking");
  const thought = think(fitted, memory.previous, canThink);
  memory.previous = fitted.prompt;
  const reply = fault?.reply?.(thought, fitted, server) ?? thought;
  const response = asked.stream
    ? streamed(reply, asked, fault, server)
    : await whole(reply, asked, path, fault, server);
  return await fault?.response?.(response, asked, server) ?? response;
}

/** llama.cpp serves its one model under every name; the others answer 404. */
function unknownModel(request: ScriptedRequest, server: ServerControl): Response | undefined {
  const { dialect, model } = server.options;
  if (dialect === "llama_cpp" || request.model === model || server.derived.has(request.model)) {
    return undefined;
  }
  const message = `model '${request.model}' not found`;
  return request.api === "native"
    ? json({ error: message }, 404)
    : json({ error: { message, type: "api_error", param: null, code: null } }, 404);
}

/** Cuts a prompt that is too long as Ollama does, or refuses it as the others do. */
function fit(request: ScriptedRequest, window: number): ScriptedRequest | Response {
  const tokens = countTokens(request.prompt);
  if (tokens <= window) return request;
  if (request.dialect === "ollama" && request.truncate) return cutPrompt(request, window / 2 + 2);
  const message = `the request exceeds the available context size (${tokens} > ${window})`;
  return request.api === "native"
    ? json({ error: message }, 400)
    : json({ error: { code: 400, message, type: "exceed_context_size_error" } }, 400);
}

/** What is left when only the last tokens are kept: the system prompt and the tools go first. */
export function cutPrompt(request: ScriptedRequest, tokens: number): ScriptedRequest {
  const prompt = lastTokens(request.prompt, Math.floor(tokens));
  const [first] = request.tools;
  const kept = first === undefined || prompt.includes("tools [");
  return { ...request, prompt, tools: kept ? request.tools : [] };
}

async function whole(
  reply: ScriptedReply,
  request: ScriptedRequest,
  path: string,
  fault: Fault | undefined,
  server: ServerControl,
): Promise<Response> {
  const body = request.api === "native" ? nativeBody(reply, request) : v1Body(reply, request);
  const { tokensPerSecond } = server.options;
  server.activeGenerations++;
  try {
    if (Number.isFinite(tokensPerSecond)) {
      await pause((reply.completionTokens / tokensPerSecond) * 1000, server.signal);
    }
  } finally {
    server.activeGenerations--;
  }
  return json(fault?.body?.(body, path, request) ?? body);
}

function streamed(
  reply: ScriptedReply,
  request: ScriptedRequest,
  fault: Fault | undefined,
  server: ServerControl,
): Response {
  const native = request.api === "native";
  const made = native ? nativeEvents(reply, request) : v1Events(reply, request);
  const events = fault?.events?.(made, request) ?? made;
  const encode = (event: StreamEvent) => {
    const text = typeof event === "string" ? event : JSON.stringify(event);
    return new TextEncoder().encode(native ? `${text}\n` : `data: ${text}\n\n`);
  };
  return new Response(generate(events.map(encode), fault, server), {
    headers: { "content-type": native ? "application/x-ndjson" : "text/event-stream" },
  });
}

/** Sends pieces at the server's speed; a client that leaves ends it, unless the fault is a ghost. */
function generate(
  pieces: readonly Uint8Array[],
  fault: Fault | undefined,
  server: ServerControl,
): ReadableStream<Uint8Array> {
  const pauseMs = 1000 / server.options.tokensPerSecond;
  let left = false;
  return new ReadableStream({
    start(controller) {
      server.activeGenerations++;
      const work = async () => {
        for (const piece of pieces) {
          if (server.signal.aborted || (left && !fault?.ghost)) break;
          if (!left) controller.enqueue(piece);
          await pause(pauseMs, server.signal);
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

/** Waits; ends early when the server stops. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end, { once: true });
  });
}
