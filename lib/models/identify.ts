import { messageOf, OwllmError, type Result, withTimeout } from "../core/mod.ts";
import { readBody, send } from "./http.ts";
import type { ServerKind } from "./provider.ts";

/** How long each fingerprint request may take, in milliseconds. */
export const IDENTIFY_TIMEOUT_MS = 2000;

/** A model server that answered. */
export interface FoundServer {
  readonly kind: Exclude<ServerKind, "builtin">;
  /** Without a slash at the end and without `/v1`. */
  readonly baseUrl: string;
  /** As the server reports it. */
  readonly version: string | undefined;
}

/** An answer to one fingerprint request. */
interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
  /** The body as JSON; undefined when it is not. */
  readonly json: unknown;
}

const ROUTES = [
  "/",
  "/api/version",
  "/props",
  "/api/v0/models",
  "/version",
  "/metrics",
  "/v1/models",
] as const;
type Answers = Readonly<Record<(typeof ROUTES)[number], Answer | undefined>>;

/**
 * Asks a server what it is, all routes at once.
 *
 * @returns the server, or an error: `unreachable` (nobody listens, or no answer in time) or
 * `protocol` (something listens, but it is no model server).
 */
export async function identifyServer(
  baseUrl: string,
  signal?: AbortSignal,
  apiKey?: string,
): Promise<Result<FoundServer>> {
  const base = normalizeBaseUrl(baseUrl);
  const asked = await Promise.all(ROUTES.map((route) => ask(base + route, signal, apiKey)));
  signal?.throwIfAborted();
  const answers = Object.fromEntries(ROUTES.map((route, i) => {
    const answer = asked[i];
    return [route, answer instanceof OwllmError ? undefined : answer];
  })) as unknown as Answers;
  const found = kindOf(answers);
  if (found !== undefined) return { ok: true, value: { ...found, baseUrl: base } };
  const error = asked.find((answer) => answer instanceof OwllmError);
  return { ok: false, error: error ?? notAModelServer(base, answers) };
}

/** `http://h:p/v1/` -> `http://h:p` */
export function normalizeBaseUrl(url: string): string {
  return url.replace(/\/+$/, "").replace(/\/v1$/, "");
}

async function ask(
  url: string,
  signal: AbortSignal | undefined,
  apiKey: string | undefined,
): Promise<Answer | OwllmError> {
  const limit = withTimeout(signal, IDENTIFY_TIMEOUT_MS, url);
  try {
    const headers = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
    const response = await send({ method: "GET", url, headers, signal: limit.signal });
    const text = await readBody(response, url, limit.signal);
    return {
      status: response.status,
      contentType: response.headers.get("content-type") ?? "",
      text,
      json: jsonOf(text),
    };
  } catch (error) {
    if (error instanceof OwllmError) return error;
    return new OwllmError({ code: "unreachable", message: messageOf(error), cause: error });
  } finally {
    limit.cancel();
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // HTML or plain text: the caller looks at the text then.
  }
}

/** Which server gives these answers; LM Studio answers 200 to every route, so shapes decide. */
function kindOf(answers: Answers): Omit<FoundServer, "baseUrl"> | undefined {
  const field = (route: (typeof ROUTES)[number], name: string): unknown => {
    const answer = answers[route];
    const body = answer?.status === 200 ? answer.json : undefined;
    return typeof body === "object" && body !== null
      ? (body as Record<string, unknown>)[name]
      : undefined;
  };
  const text = (value: unknown) => typeof value === "string" ? value : undefined;
  if (field("/props", "default_generation_settings") !== undefined) {
    return { kind: "llama_cpp", version: text(field("/props", "build_info")) };
  }
  const ollama = text(field("/api/version", "version"));
  if (ollama !== undefined || answers["/"]?.text.includes("Ollama is running")) {
    return { kind: "ollama", version: ollama };
  }
  if (Array.isArray(field("/api/v0/models", "data"))) {
    return { kind: "lm_studio", version: undefined };
  }
  const metrics = answers["/metrics"];
  if (metrics?.status === 200 && metrics.text.includes("vllm:")) {
    return { kind: "vllm", version: text(field("/version", "version")) };
  }
  if (Array.isArray(field("/v1/models", "data"))) {
    return { kind: "openai_compatible", version: undefined };
  }
  // A model server that wants a key says so in JSON.
  const locked = answers["/v1/models"];
  if (locked?.status === 401 && locked.json !== undefined) {
    return { kind: "openai_compatible", version: undefined };
  }
  return undefined;
}

function notAModelServer(base: string, answers: Answers): OwllmError {
  const answer = ROUTES.map((route) => answers[route]).find((one) => one !== undefined);
  const kind = answer?.contentType.split(";")[0] || "no content type";
  const port = new URL(base).port;
  return new OwllmError({
    code: "protocol",
    message:
      `"${base}" answers (${answer?.status}, ${kind}) but is no model server: another program owns this port`,
    context: { base_url: base, status: answer?.status ?? 0 },
    recoverySuggestion: `See which program it is: ss -ltnp 'sport = :${port}'`,
  });
}
