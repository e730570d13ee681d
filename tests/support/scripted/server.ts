import { answerChat, type ChatMemory, pause } from "./chat.ts";
import { answerRoute, json } from "./dialects/routes.ts";
import { faultByName } from "./faults/registry.ts";
import type {
  DerivedModel,
  Fault,
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
    loaded: true,
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
  const read = async () => await request.json() as Record<string, unknown>;
  if (path === "/api/chat" || path === "/v1/chat/completions") {
    await pause(server.options.latencyMs, server.signal);
    const raw = await read();
    const response = await slots.take(() => answerChat(path, raw, memory, fault, server));
    return response ?? json({ error: "not found" }, 404);
  }
  const found = await answerRoute(path, request.method, read, server);
  if (found === undefined) return new Response("404 page not found", { status: 404 });
  if (fault?.body === undefined || !found.headers.get("content-type")?.includes("json")) {
    return found;
  }
  const body = await found.json();
  return json(fault.body(body, path) ?? body, found.status);
}

/** Lets a number of requests in at once. */
interface Slots {
  /** Holds a slot until the answer's body was read or left. */
  take(work: () => Promise<Response | undefined>): Promise<Response | undefined>;
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
    async take(work) {
      if (free > 0) free--;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      const response = await work().catch((error) => {
        release();
        throw error;
      });
      if (response?.body == null) {
        release();
        return response;
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
