import type { ServerControl } from "../types.ts";
import { v1Embeddings } from "./embeddings.ts";
import { json, refusal } from "./errors.ts";
import { llamaRoute } from "./llama_cpp.ts";
import { findModel, modelNames, tagged } from "./models.ts";
import { ollamaRoute } from "./ollama.ts";

type Json = Record<string, unknown>;

/** Answers every route that is no chat; undefined when the dialect has no such route. */
export async function answerRoute(
  path: string,
  method: string,
  read: () => Promise<Json>,
  server: ServerControl,
): Promise<Response | undefined> {
  const { dialect, version } = server.options;
  if (path === "/v1/models") return json(modelList(server));
  if (path === "/v1/embeddings") return embeddings(await read(), server);
  switch (dialect) {
    case "ollama":
      return ollamaRoute(path, method, read, server);
    case "llama_cpp":
      return llamaRoute(path, server);
    case "vllm":
      if (path === "/health") return new Response("");
      if (path === "/version") return json({ version });
      if (path === "/metrics") {
        return new Response(`vllm:num_requests_running ${server.activeGenerations}\n`);
      }
      return undefined;
    case "lm_studio":
      return path === "/api/v0/models"
        ? json({ object: "list", data: modelNames(server).map((id) => lmStudioCard(id, server)) })
        : undefined;
    case "openai":
      return undefined;
  }
}

function embeddings(body: Json, server: ServerControl): Response {
  const model = String(body["model"]);
  if (findModel(model, server) === undefined && server.options.dialect !== "llama_cpp") {
    return refusal("v1", server, 404, `model "${model}" not found`, "api_error");
  }
  return json(v1Embeddings(body, model));
}

/** llama.cpp answers in Ollama's form too. */
function modelList(server: ServerControl): Json {
  const names = modelNames(server);
  const data = names.map((id) => card(id, server));
  if (server.options.dialect !== "llama_cpp") return { object: "list", data };
  return {
    models: names.map((name) => ({
      name,
      model: name,
      type: "model",
      capabilities: ["completion"],
    })),
    object: "list",
    data,
  };
}

const OWNERS = {
  ollama: "library",
  llama_cpp: "llamacpp",
  vllm: "vllm",
  lm_studio: "organization_owner",
  openai: "system",
};

function card(name: string, { options }: ServerControl): Json {
  const { dialect, contextTokens, trainedTokens, quantization } = options;
  return {
    id: dialect === "ollama" ? tagged(name) : name,
    object: "model",
    created: 1_700_000_000,
    owned_by: OWNERS[dialect],
    ...(dialect === "vllm" ? { max_model_len: contextTokens } : {}),
    ...(dialect === "llama_cpp"
      ? {
        meta: {
          n_ctx: contextTokens,
          n_ctx_train: trainedTokens,
          n_params: 7_615_616_512,
          size: 4_677_120_000,
          ftype: quantization,
        },
      }
      : {}),
  };
}

function lmStudioCard(id: string, { options }: ServerControl): Json {
  return {
    id,
    object: "model",
    type: "llm",
    publisher: "scripted",
    arch: "qwen2",
    compatibility_type: "gguf",
    quantization: options.quantization,
    state: "loaded",
    max_context_length: options.trainedTokens,
    loaded_context_length: options.contextTokens,
    capabilities: ["tool_use"],
  };
}
