import { answerInWords } from "./brain/text.ts";
import { parseNative } from "./dialects/parse.ts";
import { json } from "./dialects/errors.ts";
import { findModel } from "./dialects/models.ts";
import { load } from "./memory.ts";
import { countTokens } from "./tokens.ts";
import type { ServerControl } from "./types.ts";

type Json = Record<string, unknown>;

/** Ollama's `/api/generate`, never streamed: loads without a prompt, unloads by `keep_alive: 0`. */
export async function answerGenerate(raw: Json, server: ServerControl): Promise<Response> {
  const name = String(raw["model"]);
  const model = findModel(name, server);
  if (model === undefined) return json({ error: `model '${name}' not found` }, 404);
  const head = { model: name, created_at: new Date().toISOString() };
  const prompt = String(raw["prompt"] ?? "");
  if (prompt === "" && raw["keep_alive"] === 0) {
    server.loaded = undefined;
    return json({ ...head, response: "", done: true, done_reason: "unload" });
  }
  const messages = [{ role: "user", content: prompt }];
  const request = parseNative({ ...raw, messages }, server.options.dialect);
  await load(model, request.numCtx ?? model.contextTokens, raw["keep_alive"], server);
  if (prompt === "") return json({ ...head, response: "", done: true, done_reason: "load" });
  const response = answerInWords(request);
  return json({
    ...head,
    response,
    done: true,
    done_reason: "stop",
    prompt_eval_count: countTokens(request.prompt),
    eval_count: countTokens(response),
  });
}
