import { OwllmError } from "../../core/mod.ts";

/** Where the tool server listens when nobody says otherwise. */
export const TOOL_SERVER_PORT = 8763;

/** How many ports are tried from the usual one on. */
const TRIES = 20;

type Server = Deno.HttpServer<Deno.NetAddr>;

/** Answers a request that came to a port. */
export type Handler = (request: Request, port: number) => Promise<Response>;

/**
 * Listens on 127.0.0.1, and on nothing else. A port is tried by taking it: to look first whether
 * it is free would be a race.
 *
 * @param port this one, 0 for any; without it the usual one or the next that is free
 * @param signal drops every connection
 * @throws `unreachable` when there is none, `denied` when it may not be had
 */
export function listen(
  port: number | undefined,
  signal: AbortSignal,
  handler: Handler,
): Server {
  if (port !== undefined) return serve(port, signal, handler) ?? taken(`Port ${port} is`);
  for (let next = TOOL_SERVER_PORT; next < TOOL_SERVER_PORT + TRIES; next++) {
    const server = serve(next, signal, handler);
    if (server !== undefined) return server;
  }
  return taken(`The ports ${TOOL_SERVER_PORT} to ${TOOL_SERVER_PORT + TRIES - 1} are`);
}

function serve(port: number, signal: AbortSignal, handler: Handler): Server | undefined {
  try {
    const server: Server = Deno.serve(
      { hostname: "127.0.0.1", port, signal, onListen: () => {} },
      (request) => handler(request, server.addr.port),
    );
    return server;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return undefined;
    if (error instanceof Deno.errors.PermissionDenied) {
      throw new OwllmError({
        code: "denied",
        message: `Port ${port} may not be listened on`,
        recoverySuggestion: "Take one from 1024 on: --port 0 takes any",
      });
    }
    throw error;
  }
}

function taken(which: string): never {
  throw new OwllmError({
    code: "unreachable",
    message: `${which} taken`,
    recoverySuggestion: "Name another with --port N, or any with --port 0",
  });
}
