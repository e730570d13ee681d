import { type ErrorCode, interrupted, OwllmError } from "../../core/mod.ts";
import type { CallAnswer, CallDesk } from "../call_desk.ts";
import { demandLocalProgram, demandToken } from "./access.ts";
import { listen } from "./listen.ts";
import { readBody } from "./read_body.ts";
import { Rejection } from "./rejection.ts";

/** What {@linkcode startToolServer} needs. */
export interface ToolServerOptions {
  readonly desk: CallDesk;
  /** What callers have to know; `/health` alone needs none. */
  readonly token: string;
  /** This port and no other, 0 for any; without it the usual one or the next that is free. */
  readonly port: number | undefined;
  readonly owllmVersion: string;
}

/** A server that listens. */
export interface ToolServer extends AsyncDisposable {
  /** Such as `http://127.0.0.1:8763`. */
  readonly url: string;
  readonly port: number;
  /** Ends calls that are open, tells their callers, and stops listening. */
  close(): Promise<void>;
}

/** How long callers get to read the last answers, in ms; Ctrl-C has to end soon. */
const FAREWELL_MS = 250;

/**
 * Offers the tools of a desk over HTTP on 127.0.0.1: `GET /health`, `GET /schema.json`,
 * `POST /call`.
 *
 * @throws `unreachable` when the port is taken
 */
export function startToolServer(options: ToolServerOptions): ToolServer {
  const closing = new AbortController();
  const dropping = new AbortController();
  const server = listen(options.port, dropping.signal, (request, port) => {
    const signal = AbortSignal.any([request.signal, closing.signal]);
    return answer(options, request, port, signal);
  });
  const { port } = server.addr;
  const end = async () => {
    closing.abort(interrupted());
    const ended = server.shutdown().then(() => true);
    if (!await Promise.race([ended, delay(FAREWELL_MS)])) dropping.abort();
  };
  let ending: Promise<void> | undefined;
  const close = () => ending ??= end();
  return { url: `http://127.0.0.1:${port}`, port, close, [Symbol.asyncDispose]: close };
}

function delay(ms: number): Promise<false> {
  return new Promise((resolve) => Deno.unrefTimer(setTimeout(() => resolve(false), ms)));
}

/** Every request gets an answer in JSON, whatever goes wrong. */
async function answer(
  options: ToolServerOptions,
  request: Request,
  port: number,
  signal: AbortSignal,
): Promise<Response> {
  try {
    demandLocalProgram(request, port);
    return await route(options, request, signal);
  } catch (error) {
    const rejection = rejectionOf(error);
    return reply(rejection.status, rejection.body(), rejection.headers);
  }
}

async function route(
  options: ToolServerOptions,
  request: Request,
  signal: AbortSignal,
): Promise<Response> {
  const { desk, token, owllmVersion } = options;
  const { pathname } = new URL(request.url);
  switch (pathname) {
    case "/health":
      demandMethod(request, "GET");
      return reply(200, { status: "ok", owllm: owllmVersion, open_calls: desk.open });
    case "/schema.json": {
      demandMethod(request, "GET");
      demandToken(request, token);
      const { callSchema } = await import("./call_schema.ts");
      return reply(200, await callSchema(desk.toolbox));
    }
    case "/call":
      demandMethod(request, "POST");
      demandToken(request, token);
      return await call(desk, await readBody(request), signal);
    default:
      throw new Rejection({
        status: 404,
        code: "not_found",
        message: `There is no ${JSON.stringify(pathname.slice(0, 100))}`,
        fix: "There are: GET /health, GET /schema.json, POST /call",
      });
  }
}

async function call(desk: CallDesk, body: Uint8Array, signal: AbortSignal): Promise<Response> {
  const { parseCall } = await import("./envelope.ts");
  const envelope = parseCall(body);
  if (!desk.toolbox.tools.some(({ name }) => name === envelope.tool)) {
    throw new Rejection({
      status: 404,
      code: "not_found",
      message: `There is no tool "${envelope.tool}"`,
      fix: `The tools are: ${desk.toolbox.tools.map(({ name }) => name).join(", ")}`,
      tool: envelope.tool,
    });
  }
  // To end a command takes a while, and a caller is told at once.
  return replyTo(envelope.id, await Promise.race([desk.call(envelope, signal), abortOf(signal)]));
}

/** Rejects when a signal aborts. */
function abortOf(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  if (signal.aborted) reject(signal.reason);
  signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  return promise;
}

/** What a tool says is an answer (200), also when it says no; 409: a person has to answer first. */
function replyTo(id: string, answer: CallAnswer): Response {
  switch (answer.kind) {
    case "result":
      return reply(200, { id, ok: true, result: answer.result });
    case "failure":
      return reply(200, { id, ok: false, failure: answer.failure });
    case "pending":
      return reply(409, { id, ok: false, failure: answer.failure, approval: answer.approval });
  }
}

function demandMethod({ method }: Request, allowed: string): void {
  if (method === allowed) return;
  throw new Rejection({
    status: 405,
    code: "usage",
    message: `The method is ${method}`,
    fix: `Use ${allowed}`,
    headers: { allow: allowed },
  });
}

/** The status of each error that can come here without one; any other is a defect. */
const STATUS: Readonly<Partial<Record<ErrorCode, number>>> = {
  usage: 400,
  unreachable: 503,
  interrupted: 503,
};

/** Nothing of a defect goes out but that there is one. */
function rejectionOf(error: unknown): Rejection {
  if (error instanceof Rejection) return error;
  const status = error instanceof OwllmError ? STATUS[error.code] : undefined;
  if (!(error instanceof OwllmError) || status === undefined) {
    const message = "The server has a defect";
    return new Rejection({ status: 500, code: "failed", message, fix: "Please report this" });
  }
  const { code, message, recoverySuggestion: fix = "Try again" } = error;
  return new Rejection({ status, code, message, fix });
}

function reply(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return Response.json(body, {
    status,
    headers: { "cache-control": "no-store", "x-content-type-options": "nosniff", ...headers },
  });
}
