import { refusal } from "./dialects/errors.ts";
import { countTokens, lastTokens } from "./tokens.ts";
import type { ScriptedRequest, ServerControl } from "./types.ts";

/** Cuts a prompt that is too long as Ollama does, or refuses it in the words of the others. */
export function fitWindow(
  request: ScriptedRequest,
  window: number,
  server: ServerControl,
): ScriptedRequest | Response {
  const tokens = countTokens(request.prompt);
  if (tokens <= window) return request;
  switch (request.dialect) {
    case "ollama":
      if (request.truncate) return cutPrompt(request, window / 2 + 2);
      return refusal(
        request.api,
        server,
        400,
        "the input length exceeds the context length",
        "invalid_request_error",
      );
    case "llama_cpp":
      return refusal(
        "v1",
        server,
        400,
        `request (${tokens} tokens) exceeds the available context size (${window} tokens), try increasing it`,
        "exceed_context_size_error",
        { n_prompt_tokens: tokens, n_ctx: window },
      );
    default:
      return refusal(
        "v1",
        server,
        400,
        `This model's maximum context length is ${window} tokens. However, your messages resulted in ${tokens} tokens`,
        "invalid_request_error",
        { param: "messages", code: "context_length_exceeded" },
      );
  }
}

/** What is left when only the last tokens are kept: the system prompt and the tools go first. */
export function cutPrompt(request: ScriptedRequest, tokens: number): ScriptedRequest {
  const prompt = lastTokens(request.prompt, Math.floor(tokens));
  const [first] = request.tools;
  const kept = first === undefined || prompt.includes("tools [");
  return { ...request, prompt, tools: kept ? request.tools : [] };
}
