import type { JsonSchema, ToolDefinition } from "../../../lib/models/mod.ts";

/** Which program the scripted server looks like. */
export type Dialect = "ollama" | "llama_cpp" | "vllm" | "lm_studio" | "openai";

/** A conversation's message in neutral form. */
export interface ScriptedMessage {
  readonly role: string;
  readonly text: string;
  readonly toolCalls: readonly ScriptedToolCall[];
}

/** A call in neutral form. */
export interface ScriptedToolCall {
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/** A chat request of any dialect in neutral form. */
export interface ScriptedRequest {
  /** `native`: Ollama's `/api/chat`; `v1`: `/v1/chat/completions`. */
  readonly api: "native" | "v1";
  readonly dialect: Dialect;
  readonly model: string;
  readonly messages: readonly ScriptedMessage[];
  readonly tools: readonly ToolDefinition[];
  readonly toolChoice: "auto" | "none" | "required" | { readonly name: string };
  readonly schema: JsonSchema | undefined;
  readonly maxTokens: number | undefined;
  readonly stop: readonly string[];
  readonly seed: number | undefined;
  readonly temperature: number;
  readonly numCtx: number | undefined;
  readonly truncate: boolean;
  readonly think: boolean | undefined;
  readonly stream: boolean;
  readonly includeUsage: boolean;
  /** The prompt as the model would see it, before any cut. */
  readonly prompt: string;
  /** The body as it came. */
  readonly raw: Readonly<Record<string, unknown>>;
}

/** What the model says to a request. */
export interface ScriptedReply {
  readonly thinking: string;
  /** Pieces of the answer, one per generated token. */
  readonly tokens: readonly string[];
  readonly toolCalls: readonly ScriptedToolCall[];
  readonly finish: "stop" | "length" | "tool_calls";
  readonly promptTokens: number;
  readonly cachedTokens: number;
  readonly completionTokens: number;
  /** Whether the model had to be loaded first. */
  readonly cold: boolean;
}

/** One JSON object of a stream, or a line that is sent as it is (`[DONE]`). */
export type StreamEvent = Record<string, unknown> | string;

/** What a fault may reach. */
export interface ServerControl {
  readonly url: string;
  readonly options: Required<Omit<ScriptedServerOptions, "fault">>;
  /** Chat requests so far, in order. */
  readonly requests: readonly ScriptedRequest[];
  /** Answers that are being generated right now. */
  activeGenerations: number;
  /** Models besides the first one, made by `/api/create`. */
  readonly derived: Map<string, DerivedModel>;
  /** What is in memory; undefined after `keep_alive: 0`. */
  loaded: LoadedState | undefined;
  /** Aborts when the server stops. */
  readonly signal: AbortSignal;
}

/** The model in memory. */
export interface LoadedState {
  readonly model: string;
  readonly contextTokens: number;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** A model made by `/api/create`. */
export interface DerivedModel {
  readonly from: string;
  readonly template: string | undefined;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/**
 * A way in which a server can be broken. Each hook sees what the one before made of it:
 * `http` -> `request` -> `reply` -> `body` or `events` -> `response`.
 */
export interface Fault {
  readonly name: string;
  /** Answers any route instead of the server; undefined lets it answer. */
  http?(
    request: Request,
    path: string,
    server: ServerControl,
  ): Response | undefined | Promise<Response | undefined>;
  /** Changes what the server understands of a chat request, its prompt included. */
  request?(request: ScriptedRequest, server: ServerControl): ScriptedRequest;
  /** Changes what the model says. */
  reply?(reply: ScriptedReply, request: ScriptedRequest, server: ServerControl): ScriptedReply;
  /** Changes the JSON of a whole answer (also of other routes: see `path`). */
  body?(body: Record<string, unknown>, path: string, request?: ScriptedRequest): unknown;
  /** Changes the objects of a stream. */
  events?(events: readonly StreamEvent[], request: ScriptedRequest): readonly StreamEvent[];
  /** Changes the finished response; the last word. */
  response?(
    response: Response,
    request: ScriptedRequest,
    server: ServerControl,
  ): Response | Promise<Response>;
  /** The generation goes on after the client left. */
  readonly ghost?: true;
}

/** How a scripted server is started. */
export interface ScriptedServerOptions {
  readonly dialect: Dialect;
  /** By name, or made on the spot. */
  readonly fault?: string | Fault;
  /** The one model; default `scripted:7b`. */
  readonly model?: string;
  /** What `/api/show` lists; default completion, tools. */
  readonly capabilities?: readonly string[];
  /** Context that is loaded unless a request asks for another; default 32,768. */
  readonly contextTokens?: number;
  /** Context of the weights; default 32,768. */
  readonly trainedTokens?: number;
  readonly quantization?: string;
  readonly version?: string;
  /** Requests at once; default 4. */
  readonly slots?: number;
  /** Pause before each answer, in milliseconds; default 0. */
  readonly latencyMs?: number;
  /** Real and reported speed of generation; default no pause, and 50 tok/s are reported. */
  readonly tokensPerSecond?: number;
  /** Real and reported speed of reading the prompt; default no pause, and 2,000 are reported. */
  readonly prefillTokensPerSecond?: number;
  /** Real and reported time of a load after an unload, in milliseconds; default 20. */
  readonly coldLoadMs?: number;
  /** Share of the model on the GPU from 0 to 1; default 1. */
  readonly gpuShare?: number;
  /** Minutes that the model stays loaded; default 5. */
  readonly keepAliveMinutes?: number;
  readonly template?: string;
  readonly bind?: "127.0.0.1" | "0.0.0.0";
}

/** A running scripted server. */
export interface ScriptedServer extends ServerControl, AsyncDisposable {
  stop(): Promise<void>;
}
