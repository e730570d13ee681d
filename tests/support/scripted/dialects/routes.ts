import type { DerivedModel, ServerControl } from "../types.ts";

type Json = Record<string, unknown>;

/** A JSON answer. */
export function json(body: unknown, status = 200): Response {
  return Response.json(body, { status });
}

/** Answers every route that is no chat; undefined when the dialect has no such route. */
export async function answerRoute(
  path: string,
  method: string,
  read: () => Promise<Json>,
  server: ServerControl,
): Promise<Response | undefined> {
  const { dialect } = server.options;
  if (path === "/v1/models") return json({ object: "list", data: modelCards(server) });
  if (path === "/v1/embeddings") return embeddings(await read());
  switch (dialect) {
    case "ollama":
      return ollamaRoute(path, method, read, server);
    case "llama_cpp":
      return llamaRoute(path, server);
    case "vllm":
      if (path === "/health") return new Response("");
      if (path === "/version") return json({ version: server.options.version });
      if (path === "/metrics") return new Response("vllm:num_requests_running 0\n");
      return undefined;
    case "lm_studio":
      if (path === "/api/v0/models") return json({ object: "list", data: lmStudioCards(server) });
      // LM Studio answers 200 to everything.
      return method === "GET"
        ? json({ error: `Unexpected endpoint or method. (GET ${path})` })
        : undefined;
    case "openai":
      return undefined;
  }
}

function modelNames({ options, derived }: ServerControl): string[] {
  return [options.model, ...derived.keys()];
}

function modelCards(server: ServerControl): Json[] {
  const { dialect, contextTokens, trainedTokens, quantization } = server.options;
  return modelNames(server).map((id) => ({
    id,
    object: "model",
    owned_by: dialect,
    ...(dialect === "vllm" ? { max_model_len: contextTokens } : {}),
    ...(dialect === "llama_cpp"
      ? {
        meta: { n_ctx: contextTokens, n_ctx_train: trainedTokens, ftype: quantization, size: 4e9 },
      }
      : {}),
  }));
}

function lmStudioCards(server: ServerControl): Json[] {
  const { contextTokens, trainedTokens, quantization } = server.options;
  return modelNames(server).map((id) => ({
    id,
    object: "model",
    type: "llm",
    state: "loaded",
    quantization,
    max_context_length: trainedTokens,
    loaded_context_length: contextTokens,
    capabilities: ["tool_use"],
  }));
}

function llamaRoute(path: string, server: ServerControl): Response | undefined {
  const { contextTokens, slots, template, version, model } = server.options;
  if (path === "/health") return json({ status: "ok" });
  if (path === "/props") {
    return json({
      default_generation_settings: { n_ctx: contextTokens, params: {} },
      total_slots: slots,
      model_path: model,
      chat_template: template,
      build_info: version,
    });
  }
  if (path === "/slots") {
    return json(Array.from({ length: slots }, (_, id) => ({
      id,
      n_ctx: contextTokens,
      is_processing: id < server.activeGenerations,
    })));
  }
  return undefined;
}

async function ollamaRoute(
  path: string,
  method: string,
  read: () => Promise<Json>,
  server: ServerControl,
): Promise<Response | undefined> {
  switch (path) {
    case "/":
      return new Response("Ollama is running");
    case "/api/version":
      return json({ version: server.options.version });
    case "/api/tags":
      return json({
        models: modelNames(server).map((name) => ({
          name,
          model: name,
          size: 4e9,
          details: details(server),
        })),
      });
    case "/api/ps":
      return json({ models: server.loaded ? [running(server)] : [] });
    case "/api/show":
      return show(String((await read())["model"]), server);
    case "/api/embed":
      return json({ model: server.options.model, embeddings: vectorsOf((await read())["input"]) });
    case "/api/generate":
      server.loaded = (await read())["keep_alive"] !== 0;
      return json({ model: server.options.model, response: "", done: true, done_reason: "unload" });
    case "/api/create":
      return create(await read(), server);
    case "/api/delete":
      if (method !== "DELETE") return undefined;
      return server.derived.delete(String((await read())["model"]))
        ? new Response("")
        : json({ error: "model not found" }, 404);
    default:
      return undefined;
  }
}

function details({ options }: ServerControl): Json {
  return {
    format: "gguf",
    family: "qwen2",
    parameter_size: "7.6B",
    quantization_level: options.quantization,
  };
}

function running({ options }: ServerControl): Json {
  const size = 5e9;
  return {
    name: options.model,
    model: options.model,
    size,
    size_vram: Math.round(size * options.gpuShare),
    context_length: options.contextTokens,
    expires_at: new Date(Date.now() + options.keepAliveMinutes * 60_000).toISOString(),
    details: { quantization_level: options.quantization },
  };
}

function show(model: string, server: ServerControl): Response {
  const { options, derived } = server;
  const made = derived.get(model);
  if (model !== options.model && made === undefined) {
    return json({ error: `model '${model}' not found` }, 404);
  }
  const parameters = Object.entries(made?.parameters ?? {}).map(([key, value]) =>
    `${key} ${value}`
  );
  return json({
    modelfile: `FROM ${made?.from ?? options.model}`,
    template: made?.template ?? options.template,
    ...(parameters.length > 0 ? { parameters: parameters.join("\n") } : {}),
    details: details(server),
    model_info: { "general.architecture": "qwen2", "qwen2.context_length": options.trainedTokens },
    capabilities: capabilitiesOf(made, options.capabilities),
  });
}

/** As Ollama does, a template that takes tools brings the capability. */
function capabilitiesOf(made: DerivedModel | undefined, base: readonly string[]): string[] {
  const tools = made?.template?.includes(".Tools") ? ["tools"] : [];
  return [...new Set([...base, ...tools])];
}

function create(body: Json, { options, derived }: ServerControl): Response {
  const from = String(body["from"] ?? "");
  if (from !== options.model && !derived.has(from)) {
    return json({ error: `model '${from}' not found` }, 404);
  }
  derived.set(String(body["model"]), {
    from,
    template: typeof body["template"] === "string" ? body["template"] : undefined,
    parameters: (body["parameters"] ?? {}) as Json,
  });
  return json({ status: "success" });
}

function embeddings(body: Json): Response {
  const vectors = vectorsOf(body["input"]);
  const packed = body["encoding_format"] === "base64";
  return json({
    object: "list",
    data: vectors.map((vector, index) => ({
      object: "embedding",
      index,
      embedding: packed ? base64Of(vector) : vector,
    })),
  });
}

const DIMENSIONS = 64;

/** Bags of words: texts that share words are near. */
function vectorsOf(input: unknown): number[][] {
  const texts = Array.isArray(input) ? input.map(String) : [String(input)];
  return texts.map((text) => {
    const vector = new Array<number>(DIMENSIONS).fill(0.01);
    for (const word of text.toLowerCase().match(/[a-z]+/g) ?? []) {
      const bucket = [...word].reduce(
        (hash, char) => (hash * 31 + char.charCodeAt(0)) % DIMENSIONS,
        7,
      );
      vector[bucket] = (vector[bucket] ?? 0) + 1;
    }
    const length = Math.hypot(...vector);
    return vector.map((value) => Math.fround(value / length));
  });
}

function base64Of(vector: readonly number[]): string {
  return btoa(String.fromCharCode(...new Uint8Array(new Float32Array(vector).buffer)));
}
