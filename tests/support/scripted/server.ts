import { answerChat, type ChatMemory } from "./chat.ts";
import { json, noSuchRoute, refusal } from "./dialects/errors.ts";
import { answerRoute } from "./dialects/routes.ts";
import { faultByName } from "./faults/registry.ts";
import { pause } from "./pause.ts";
import type {
  DerivedModel,
  Fault,
  ScriptedRequest,
  ScriptedServer,
  ScriptedServerOptions,
  ServerControl,
} from "./types.ts";

/** A template that offers tools, in the words of both template languages. */
export const TOOL_TEMPLATE =
  "{{ if .Tools }}{{ .Tools }}{{ end }}{% if tools %}{{ tools }}{% endif %}";

/** Options of a model that thinks, by every sign that a server or its name gives. */
export const THINKING_MODEL = {
  model: "qwen3:8b",
  capabilities: ["completion", "tools", "thinking"],
  template: `${TOOL_TEMPLATE}<think>`,
} as const;

const VERSIONS = {
  ollama: "0.17.4",
  llama_cpp: "b6000-abc",
  vllm: "0.11.0",
  lm_studio: "",
  openai: "",
};

/** Starts a model server on loopback that answers as a healthy 7B would, but for its fault. */
export function startScriptedServer(options: ScriptedServerOptions): Promise<ScriptedServer> {
  const { fault: wanted, ...given } = options;
  const fault = typeof wanted === "string" ? faultByName(wanted) : wanted;
  const full: ServerControl["options"] = {
    model: "scripted:7b",
    capabilities: ["completion", "tools"],
    contextTokens: 32_768,
    trainedTokens: 32_768,
    quantization: "Q4_K_M",
    version: VERSIONS[options.dialect],
    slots: 4,
    latencyMs: 0,
    tokensPerSecond: Number.POSITIVE_INFINITY,
    prefillTokensPerSecond: Number.POSITIVE_INFINITY,
    coldLoadMs: 20,
    gpuShare: 1,
    keepAliveMinutes: 5,
    template: TOOL_TEMPLATE,
    bind: "127.0.0.1",
    ...given,
  };
  const stopping = new AbortController();
  const memory: ChatMemory = { previous: "", requests: [] };
  const control: ServerControl & { url: string } = {
    url: "",
    options: full,
    requests: memory.requests,
    activeGenerations: 0,
    derived: new Map<string, DerivedModel>(),
    loaded: {
      model: full.model,
      contextTokens: full.contextTokens,
      expiresAt: Date.now() + full.keepAliveMinutes * 60_000,
    },
    signal: stopping.signal,
  };
  // A ghost holds its slot until it has said everything to nobody.
  const untilSilent = async () => {
    while (fault?.ghost && control.activeGenerations > 0 && !stopping.signal.aborted) {
      await pause(5, stopping.signal);
    }
  };
  const slots = createSlots(full.slots, untilSilent);
  const http = Deno.serve(
    { hostname: full.bind, port: 0, signal: stopping.signal, onListen() {} },
    (request) => answer(request, control, memory, fault, slots),
  );
  control.url = `http://127.0.0.1:${http.addr.port}`;
  const stop = async () => {
    stopping.abort();
    await http.finished;
  };
  return Promise.resolve(Object.assign(control, { stop, [Symbol.asyncDispose]: stop }));
}

async function answer(
  request: Request,
  server: ServerControl,
  memory: ChatMemory,
  fault: Fault | undefined,
  slots: Slots,
): Promise<Response> {
  const path = new URL(request.url).pathname;
  const broken = await fault?.http?.(request, path, server);
  if (broken !== undefined) return broken;
  const api = chatApi(path, server);
  try {
    if (api !== undefined) {
      const raw = await readJson(request);
      await pause(server.options.latencyMs, server.signal, request.signal);
      return await slots.take(
        () => answerChat(api, raw, memory, fault, server, request.signal),
        request.signal,
      );
    }
    const found = await answerRoute(path, request.method, () => readJson(request), server);
    return await withFault(found ?? noSuchRoute(server), path, fault);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return refusal(
      path.startsWith("/api/") ? "native" : "v1",
      server,
      400,
      error.message,
      "invalid_request_error",
    );
  }
}

/** A fault may change the JSON of every route. */
async function withFault(
  response: Response,
  path: string,
  fault: Fault | undefined,
): Promise<Response> {
  const isJson = response.headers.get("content-type")?.includes("application/json") ?? false;
  if (fault?.body === undefined || !isJson) return response;
  const body = await response.json();
  return json(fault.body(body, path) ?? body, response.status);
}

/** Which chat API a path is; undefined when it is none of this server's. */
function chatApi(path: string, { options }: ServerControl): ScriptedRequest["api"] | undefined {
  if (path === "/v1/chat/completions") return "v1";
  return path === "/api/chat" && options.dialect === "ollama" ? "native" : undefined;
}

/** Throws `SyntaxError` for a body that is no JSON object. */
async function readJson(request: Request): Promise<Record<string, unknown>> {
  const body: unknown = JSON.parse(await request.text());
  if (typeof body === "object" && body !== null) return body as Record<string, unknown>;
  throw new SyntaxError("the body is no JSON object");
}

/** Lets a number of requests in at once. */
interface Slots {
  /** Holds a slot until the answer's body was read or left. */
  take(work: () => Promise<Response>, gone: AbortSignal): Promise<Response>;
}

function createSlots(count: number, afterLeave: () => Promise<void>): Slots {
  let free = count;
  const waiting: (() => void)[] = [];
  const release = () => {
    const next = waiting.shift();
    if (next === undefined) free++;
    else next();
  };
  return {
    async take(work, gone) {
      if (free > 0) free--;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      const response = await work().catch((error) => {
        release();
        throw error;
      });
      if (response.body === null || gone.aborted) {
        // Nobody will read the body, so nobody will cancel it either.
        await response.body?.cancel();
        await afterLeave();
        release();
        return new Response(null, { status: 499 });
      }
      return new Response(releaseAtEnd(response.body, release, afterLeave), response);
    },
  };
}

function releaseAtEnd(
  body: ReadableStream<Uint8Array>,
  release: () => void,
  afterLeave: () => Promise<void>,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let released = false;
  let left = false;
  const once = () => {
    if (!released) release();
    released = true;
  };
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (left) return; // Cancelling ends the pending read too; `cancel` releases.
        if (!done) return controller.enqueue(value);
        once();
        controller.close();
      } catch (error) {
        once();
        controller.error(error);
      }
    },
    async cancel(reason) {
      left = true;
      await reader.cancel(reason);
      await afterLeave();
      once();
    },
  });
}
