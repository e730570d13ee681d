import { messageOf, OwllmError } from "../core/mod.ts";

/** Largest body that is read, in bytes. No honest answer of a model server comes near it. */
export const MAX_BODY_BYTES = 8 * 1024 * 1024;

/** How much of a server's error body is kept in an error. */
const EXCERPT_CHARS = 400;

/** A request to a model server. */
export interface ModelServerRequest {
  readonly method: "GET" | "POST" | "DELETE";
  readonly url: string;
  readonly headers?: HeadersInit;
  /** Sent as it is; {@linkcode getJson} and the providers serialise before. */
  readonly body?: BodyInit | null;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Sends a request and returns the response whatever its status, without following redirects (a
 * redirect could leave this machine).
 *
 * @throws `unreachable`, `denied`, or the signal's reason.
 */
export async function send(request: ModelServerRequest): Promise<Response> {
  try {
    return await fetch(request.url, {
      method: request.method,
      headers: request.headers ?? {},
      body: request.body ?? null,
      signal: request.signal ?? null,
      redirect: "manual",
    });
  } catch (error) {
    throw transportError(error, request.url, request.signal);
  }
}

/** Turns what `fetch` or a body reader threw into the error that a provider may throw. */
export function transportError(
  error: unknown,
  url: string,
  signal: AbortSignal | undefined,
): unknown {
  if (signal?.aborted) return signal.reason;
  if (error instanceof OwllmError) return error;
  const { host } = new URL(url);
  if (error instanceof Deno.errors.NotCapable) {
    return new OwllmError({
      code: "denied",
      message: `"${host}" is not on loopback, and owllm may talk to loopback only`,
      context: { host },
      recoverySuggestion: `OWLLM_ALLOW_NET=${host} owllm …`,
      cause: error,
    });
  }
  return new OwllmError({
    code: "unreachable",
    message: `The connection to ${host} failed: ${rootCause(error)}`,
    context: { url },
    cause: error,
  });
}

/** The innermost message without its wrapping: "…: tcp connect error: Connection refused (os error 111)". */
function rootCause(error: unknown): string {
  let inner = error;
  while (inner instanceof Error && inner.cause instanceof Error) inner = inner.cause;
  const message = messageOf(inner).replace(/ \(os error \d+\)$/, "");
  return message.startsWith("error sending request")
    ? message.split(": ").at(-1) ?? message
    : message;
}

/**
 * Reads a body as text, up to {@linkcode MAX_BODY_BYTES}.
 *
 * @throws `protocol` when it is bigger, `unreachable` when the connection breaks.
 */
export async function readBody(
  response: Response,
  url: string,
  signal?: AbortSignal,
): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  try {
    for await (const bytes of response.body ?? []) {
      size += bytes.length;
      if (size > MAX_BODY_BYTES) throw tooBig(url);
      text += decoder.decode(bytes, { stream: true });
    }
  } catch (error) {
    throw transportError(error, url, signal);
  }
  return text + decoder.decode();
}

/** The error for an answer past {@linkcode MAX_BODY_BYTES}. */
export function tooBig(url: string): OwllmError {
  return new OwllmError({
    code: "protocol",
    message: `${new URL(url).host} sent an answer of more than ${MAX_BODY_BYTES / 1024 / 1024} MiB`,
    context: { url, limit_bytes: MAX_BODY_BYTES },
  });
}

/**
 * Returns the response if it is a success, else throws the server's own error.
 *
 * @throws `model` with `context.status`, `context.body` and `context.content_type`.
 */
export async function demandSuccess(
  response: Response,
  url: string,
  signal?: AbortSignal,
): Promise<Response> {
  if (response.ok) return response;
  throw serverError(response, url, await readBody(response, url, signal));
}

/** The error for a body that a server sent instead of an answer. */
export function serverError(response: Response, url: string, body: string): OwllmError {
  const said = errorMessageIn(body) ?? (excerpt(body) || "nothing more");
  return new OwllmError({
    code: "model",
    message: `${new URL(url).host} answered ${response.status}: ${said}`,
    context: {
      status: response.status,
      body: excerpt(body),
      content_type: response.headers.get("content-type") ?? "",
      url,
    },
  });
}

/** The sentence inside `{"error": "…"}` or `{"error": {"message": "…"}}`; undefined otherwise. */
export function errorMessageIn(body: string): string | undefined {
  try {
    const { error } = JSON.parse(body) as { error?: unknown };
    if (typeof error === "string") return error;
    const { message } = (error ?? {}) as { message?: unknown };
    return typeof message === "string" ? message : undefined;
  } catch {
    return undefined; // Not JSON: the caller shows an excerpt instead.
  }
}

/** The beginning of a text on one line. */
export function excerpt(text: string, chars: number = EXCERPT_CHARS): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length <= chars ? line : `${line.slice(0, chars)}…`;
}

/**
 * Parses a body as JSON.
 *
 * @throws `protocol` naming the content type when it is not JSON.
 */
export function parseJson(text: string, response: Response, url: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const type = response.headers.get("content-type") ?? "no content type";
    throw new OwllmError({
      code: "protocol",
      message: `${new URL(url).pathname} answered ${type} and not JSON: "${excerpt(text, 80)}"`,
      context: { url, content_type: type, body: excerpt(text) },
      cause,
    });
  }
}

/** GETs JSON; a status other than success throws. */
export async function getJson(
  url: string,
  signal?: AbortSignal,
  headers?: HeadersInit,
): Promise<unknown> {
  const response = await send({ method: "GET", url, signal, ...(headers ? { headers } : {}) });
  await demandSuccess(response, url, signal);
  return parseJson(await readBody(response, url, signal), response, url);
}

/** POSTs JSON and gives the successful response, its body unread. */
export async function postJson(
  url: string,
  body: unknown,
  signal?: AbortSignal,
  headers?: HeadersInit,
): Promise<Response> {
  const response = await send({
    method: "POST",
    url,
    signal,
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  return demandSuccess(response, url, signal);
}

/**
 * The value if it has the shape of the schema.
 *
 * @throws `protocol` naming the first field that is wrong.
 */
export function demandShape<T>(
  schema: { safeParse(value: unknown): ShapeResult<T> },
  value: unknown,
  what: string,
): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const path = issue?.path.map(String).join(".") || "the body";
  throw new OwllmError({
    code: "protocol",
    message: `${what} has an unexpected shape: "${path}": ${issue?.message ?? "unknown"}`,
    context: { what, body: excerpt(JSON.stringify(value) ?? "undefined") },
  });
}

type ShapeResult<T> =
  | { success: true; data: T }
  | { success: false; error: { issues: { path: PropertyKey[]; message: string }[] } };
