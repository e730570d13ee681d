import { think } from "./brain/mod.ts";
import { refusal } from "./dialects/errors.ts";
import { findModel, type KnownModel } from "./dialects/models.ts";
import { parseNative, parseV1 } from "./dialects/parse.ts";
import { generateStream, generateWhole } from "./generation.ts";
import { load } from "./memory.ts";
import type { Fault, ScriptedRequest, ServerControl } from "./types.ts";
import { fitWindow } from "./window.ts";

/** What the server keeps between chat requests. */
export interface ChatMemory {
  /** The prompt that lies in the KV cache. */
  previous: string;
  requests: ScriptedRequest[];
}

/** Answers one chat request. `gone` aborts when the client leaves before the answer begins. */
export async function answerChat(
  api: ScriptedRequest["api"],
  raw: Record<string, unknown>,
  memory: ChatMemory,
  fault: Fault | undefined,
  server: ServerControl,
  gone: AbortSignal,
): Promise<Response> {
  const { dialect } = server.options;
  const parsed = api === "native" ? parseNative(raw, dialect) : parseV1(raw, dialect);
  memory.requests.push(parsed);
  // llama.cpp serves its one model under every name, and answers by its own.
  const asked = dialect === "llama_cpp" ? { ...parsed, model: server.options.model } : parsed;
  const model = findModel(asked.model, server);
  if (model === undefined) {
    return refusal(api, server, 404, `model '${asked.model}' not found`, "api_error");
  }
  const refused = beyondModel(asked, model, server);
  if (refused !== undefined) return refused;
  const meant = fault?.request?.(asked, server) ?? asked;
  const window = Math.min(asked.numCtx ?? model.contextTokens, server.options.trainedTokens);
  const fitted = fitWindow(meant, window, server);
  if (fitted instanceof Response) return fitted;
  const cold = await load(model, window, raw["keep_alive"], server);
  const thought = think(fitted, memory.previous, model.capabilities.includes("thinking"));
  memory.previous = fitted.prompt;
  const said = { ...thought, cold };
  const reply = fault?.reply?.(said, fitted, server) ?? said;
  const response = asked.stream
    ? await generateStream(reply, asked, fault, server, gone)
    : await generateWhole(reply, asked, fault, server, gone);
  if (raw["keep_alive"] === 0) server.loaded = undefined;
  return await fault?.response?.(response, asked, server) ?? response;
}

/** Ollama refuses what the model's template cannot do; the other servers try. */
function beyondModel(
  request: ScriptedRequest,
  { name, capabilities }: KnownModel,
  server: ServerControl,
): Response | undefined {
  if (request.dialect !== "ollama") return undefined;
  if (request.tools.length > 0 && !capabilities.includes("tools")) {
    const message = `registry.ollama.ai/library/${name} does not support tools`;
    return refusal(request.api, server, 400, message, "api_error");
  }
  if (request.think === true && !capabilities.includes("thinking")) {
    return refusal(request.api, server, 400, `"${name}" does not support thinking`, "api_error");
  }
  return undefined;
}
