/** The programs that can stand behind a model id. `openai_compatible` is any other `/v1`. */
export const SERVER_KINDS = [
  "ollama",
  "llama_cpp",
  "vllm",
  "lm_studio",
  "openai_compatible",
  "builtin",
] as const;
export type ServerKind = (typeof SERVER_KINDS)[number];

/** A JSON Schema as plain data. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** A function that the model may call. `parameters` is the JSON Schema of an object. */
export interface ToolDefinition {
  readonly name: string;
  readonly description: string;
  readonly parameters: JsonSchema;
}

/** A call as the server gave it. */
export interface ToolCall {
  /** Empty when the server gave none. */
  readonly id: string;
  readonly name: string;
  /** JSON text of the arguments, whatever form the server used. */
  readonly arguments: string;
  /** The form on the wire: `/v1` demands a string, Ollama's native API an object. */
  readonly argumentsForm: "string" | "object" | "other";
  /** `index` as sent; undefined when the server left it out. */
  readonly index?: number;
}

/** One message of a conversation. */
export interface ChatMessage {
  readonly role: "system" | "user" | "assistant" | "tool";
  /** `null` and parts are legal in `/v1`; Ollama's native API gets them as text. */
  readonly content: string | null | readonly { readonly type: "text"; readonly text: string }[];
  readonly toolCalls?: readonly Pick<ToolCall, "id" | "name" | "arguments">[];
  /** For role `tool`: which call this answers. */
  readonly toolCallId?: string;
  /** For role `tool`: the name of the tool, which Ollama's native API wants. */
  readonly toolName?: string;
}

/** One request. Every field but `model` and `messages` is optional and left out when undefined. */
export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly tools?: readonly ToolDefinition[] | undefined;
  readonly toolChoice?: "auto" | "none" | "required" | { readonly name: string } | undefined;
  /** The answer must be JSON of this schema (constrained where the server can). */
  readonly schema?: { readonly name: string; readonly schema: JsonSchema } | undefined;
  readonly temperature?: number | undefined;
  readonly seed?: number | undefined;
  readonly maxTokens?: number | undefined;
  readonly stop?: readonly string[] | undefined;
  /** Context window to ask for, in tokens (`num_ctx`); only Ollama's native API and builtin obey. */
  readonly contextTokens?: number | undefined;
  /** `false`: an overflow is an error and not a silent cut (Ollama native only). */
  readonly truncate?: boolean | undefined;
  readonly think?: boolean | undefined;
  /** Ollama: how long the model stays loaded, e.g. `"5m"`, `0`, `-1`. */
  readonly keepAlive?: string | number | undefined;
  /** Fields that are put into the body as they are. */
  readonly extra?: Readonly<Record<string, unknown>> | undefined;
}

/** Token counts as the server reported them; undefined means not reported. */
export interface Usage {
  readonly promptTokens?: number | undefined;
  readonly completionTokens?: number | undefined;
  /** Prompt tokens taken from the KV cache. */
  readonly cachedTokens?: number | undefined;
  readonly reasoningTokens?: number | undefined;
}

/** Durations in milliseconds. The server's own where it gives them, else undefined. */
export interface Timings {
  /** Request sent to last byte, by our clock. */
  readonly totalMs: number;
  /** Request sent to first generated text, by our clock; only for streams. */
  readonly firstTokenMs?: number | undefined;
  readonly loadMs?: number | undefined;
  readonly prefillMs?: number | undefined;
  readonly decodeMs?: number | undefined;
  /** Tokens really prefilled (without cached ones), where the server says so. */
  readonly prefillTokens?: number | undefined;
}

/** What came over the wire, for probes that judge the protocol and not the answer. */
export interface WireFacts {
  readonly status: number;
  readonly contentType: string;
  /** Model name in the response body, empty when there was none. */
  readonly model: string;
}

export type FinishReason = "stop" | "length" | "tool_calls" | "content_filter" | "other" | "none";

/** A whole answer. */
export interface ChatResponse {
  readonly content: string;
  /** Reasoning that the server kept apart from the content. */
  readonly thinking: string;
  readonly toolCalls: readonly ToolCall[];
  /** `none`: the server gave no finish reason. */
  readonly finishReason: FinishReason;
  readonly role: string;
  readonly usage: Usage;
  readonly timings: Timings;
  readonly wire: WireFacts;
}

/** A piece of a tool call in a stream, as sent. */
export interface ToolCallDelta {
  readonly index?: number;
  readonly id?: string;
  readonly name?: string;
  readonly arguments?: string;
  readonly argumentsForm: ToolCall["argumentsForm"];
}

/** One chunk of a stream, as sent; a field is absent when the server did not send it. */
export interface ChatChunk {
  /** Milliseconds since the request was sent. */
  readonly atMs: number;
  readonly role?: string;
  readonly content?: string;
  readonly thinking?: string;
  readonly toolCallDeltas?: readonly ToolCallDelta[];
  readonly finishReason?: FinishReason;
  readonly usage?: Usage;
}

/** The end of a stream: everything joined, and what only the wire tells. */
export interface StreamEnd {
  /** Tool calls are joined by index, else by id, else by order. */
  readonly response: ChatResponse;
  readonly chunks: readonly ChatChunk[];
  /** `data: [DONE]` on `/v1`, `done: true` on Ollama's native API. */
  readonly terminated: boolean;
  /** True when one of the chunks held bytes that are not UTF-8. */
  readonly invalidUtf8: boolean;
}

/** A model that a server offers. */
export interface ModelListing {
  readonly name: string;
  readonly sizeBytes?: number | undefined;
  readonly parameterSize?: string | undefined;
  readonly quantization?: string | undefined;
  readonly family?: string | undefined;
}

/** What a server says about one model; a field is undefined when it does not say. */
export interface ModelDescription {
  readonly name: string;
  /** Ollama's list (`completion`, `tools`, `thinking`, `embedding`, …). */
  readonly capabilities?: readonly string[] | undefined;
  readonly template?: string | undefined;
  /** Context length the weights were trained for, in tokens. */
  readonly contextTrained?: number | undefined;
  /** Context length fixed by the Modelfile (`num_ctx`) or the server's flags. */
  readonly contextConfigured?: number | undefined;
  readonly quantization?: string | undefined;
  readonly parameterSize?: string | undefined;
  readonly family?: string | undefined;
  /** Ollama: the Modelfile. */
  readonly modelfile?: string | undefined;
}

/** A model in memory. */
export interface LoadedModel {
  /** Context really allocated, in tokens; per slot for llama.cpp. */
  readonly contextTokens?: number | undefined;
  readonly sizeBytes?: number | undefined;
  readonly gpuBytes?: number | undefined;
  readonly expiresAt?: Date | undefined;
  /** llama.cpp: slots, and how many of them work right now. */
  readonly slots?: number | undefined;
  readonly busySlots?: number | undefined;
}

/** Vectors for texts, in order. */
export interface Embeddings {
  readonly vectors: readonly (readonly number[])[];
}

/** How {@linkcode ModelProvider.embed} sends its texts. */
export interface EmbedOptions {
  /** `base64`: ask the server for packed floats; they are unpacked here. */
  readonly encoding: "float" | "base64";
}

/**
 * One interface for every server. Each method throws {@linkcode OwllmError}: `unreachable` (nobody
 * listens, connection reset), `timeout`, `model` (the server said an error; `context.status`,
 * `context.body` hold it, capped), `protocol` (the answer is not the server's protocol), or the
 * signal's reason when it aborted. A provider never retries and never repairs an answer.
 */
export interface ModelProvider {
  readonly kind: ServerKind;
  /** E.g. `http://127.0.0.1:11434`, without `/v1`; empty for builtin. */
  readonly baseUrl: string;
  listModels(signal?: AbortSignal): Promise<readonly ModelListing[]>;
  /** `undefined`: the server knows no such model. */
  describe(model: string, signal?: AbortSignal): Promise<ModelDescription | undefined>;
  /** `undefined`: not in memory, or the server does not tell. */
  loaded(model: string, signal?: AbortSignal): Promise<LoadedModel | undefined>;
  chat(request: ChatRequest, signal?: AbortSignal): Promise<ChatResponse>;
  /** Yields chunks as they come and returns the whole; leaving the loop cancels the request. */
  stream(
    request: ChatRequest,
    signal?: AbortSignal,
  ): AsyncGenerator<ChatChunk, StreamEnd, undefined>;
  embed(
    model: string,
    texts: readonly string[],
    options: EmbedOptions,
    signal?: AbortSignal,
  ): Promise<Embeddings>;
  /** Drops the model from memory; absent where the server has no such call. */
  unload?(model: string, signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}
