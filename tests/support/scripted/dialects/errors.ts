import type { ScriptedRequest, ServerControl } from "../types.ts";

type Json = Record<string, unknown>;

/** A JSON answer. */
export function json(body: unknown, status = 200): Response {
  return Response.json(body, { status });
}

/** Lines of JSON, as Ollama streams them. */
export function ndjson(lines: readonly unknown[]): Response {
  return new Response(lines.map((line) => `${JSON.stringify(line)}\n`).join(""), {
    headers: { "content-type": "application/x-ndjson" },
  });
}

/** An error in the words and the form of the server that is asked. */
export function refusal(
  api: ScriptedRequest["api"],
  { options: { dialect } }: Pick<ServerControl, "options">,
  status: number,
  message: string,
  type: string,
  more: Json = {},
): Response {
  if (api === "native") return json({ error: message }, status);
  const error = dialect === "llama_cpp"
    ? { code: status, message, type, ...more }
    : { message, type, param: null, code: null, ...more };
  return json({ error }, status);
}

/** The answer for a route that the server does not have. */
export function noSuchRoute({ options: { dialect } }: ServerControl): Response {
  switch (dialect) {
    case "llama_cpp":
      return json(
        { error: { message: "File Not Found", type: "not_found_error", code: 404 } },
        404,
      );
    case "vllm":
      return json({ detail: "Not Found" }, 404);
    case "lm_studio":
      return json({ error: "Unexpected endpoint or method." });
    default:
      return new Response("404 page not found", { status: 404 });
  }
}
