/** A caller of the tool server that speaks real HTTP, well or badly. */
import { createCallDesk, startToolServer, type ToolServer } from "../../lib/servers/mod.ts";
import { type TestToolbox, type TestToolboxOptions, withToolbox } from "./toolbox.ts";

/** The token of the servers that tests start. */
export const TOKEN = "a-token-of-the-tests";

/** An answer of the server. */
export interface Answer {
  readonly status: number;
  // deno-lint-ignore no-explicit-any -- tests look into it
  readonly body: any;
  readonly headers: Headers;
}

/** A server with what it works on. */
export interface TestServer extends TestToolbox {
  readonly server: ToolServer;
  /** Posts a body as it is. */
  post(body: BodyInit, headers?: Record<string, string>, signal?: AbortSignal): Promise<Answer>;
  /** Calls a tool. */
  call(tool: string, args: Record<string, unknown>, id?: string): Promise<Answer>;
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
}

/** The headers of a good call. */
export const GOOD = {
  "authorization": `Bearer ${TOKEN}`,
  "content-type": "application/json",
} as const;

/** Runs `body` with a tool server on a port of its own. */
export function withToolServer(
  options: TestToolboxOptions,
  body: (given: TestServer) => Promise<void>,
): Promise<void> {
  return withToolbox(options, async (given) => {
    const desk = createCallDesk(given.toolbox, "test");
    await using server = startToolServer({ desk, token: TOKEN, port: 0, owllmVersion: "1.2.3" });
    const ask = async (path: string, init: RequestInit) => {
      const response = await fetch(server.url + path, init);
      const { status, headers } = response;
      return { status, body: await response.json(), headers };
    };
    const post: TestServer["post"] = (body, headers = GOOD, signal) =>
      ask("/call", { method: "POST", body, headers, ...signal === undefined ? {} : { signal } });
    await body({
      ...given,
      server,
      post,
      call: (tool, args, id = "1") => post(JSON.stringify({ tool, args, id })),
      get: (path, headers = {}) => ask(path, { headers }),
    });
  });
}

/** Sends text to a port as it is and gives back the first line of the answer. */
export async function sendRaw(port: number, text: string): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(new TextEncoder().encode(text));
  const buffer = new Uint8Array(4096);
  const length = await connection.read(buffer) ?? 0;
  return new TextDecoder().decode(buffer.subarray(0, length)).split("\r\n")[0] ?? "";
}
