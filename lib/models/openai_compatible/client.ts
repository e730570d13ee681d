import OpenAI from "openai";
import { OwllmError } from "../../core/mod.ts";
import {
  demandSuccess,
  errorMessageIn,
  excerpt,
  MAX_BODY_BYTES,
  parseJson,
  readBody,
  send,
  tooBig,
} from "../http.ts";

/** What one exchange showed on the wire, beside what the SDK makes of it. */
export interface Exchange {
  status: number;
  contentType: string;
  /** `data: [DONE]` was seen. */
  terminated: boolean;
  invalidUtf8: boolean;
}

/** The SDK for one request, and what the wire shows while it works. */
export interface ObservedClient {
  readonly client: OpenAI;
  readonly exchange: Exchange;
}

/**
 * A client of `npm:openai` that never retries and reads nothing from the environment. Its `fetch`
 * is ours: errors come out as in every provider, the body is bounded, and the facts that the SDK
 * hides (`[DONE]`, bytes that are no UTF-8, the content type) are kept.
 */
export function observedClient(
  baseUrl: string,
  apiKey: string | undefined,
  signal: AbortSignal | undefined,
): ObservedClient {
  const exchange: Exchange = { status: 0, contentType: "", terminated: false, invalidUtf8: false };
  const client = new OpenAI({
    baseURL: `${baseUrl}/v1`,
    apiKey: apiKey ?? "none",
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    maxRetries: 0,
    logLevel: "off",
    // The caller's signal rules; the SDK's own limit of ten minutes must not come first.
    timeout: 24 * 60 * 60 * 1000,
    fetch: (input, init) => observe(String(input), init ?? {}, exchange, signal),
  });
  return { client, exchange };
}

async function observe(
  url: string,
  init: RequestInit,
  exchange: Exchange,
  signal: AbortSignal | undefined,
): Promise<Response> {
  const response = await send({
    method: init.method === "GET" ? "GET" : "POST",
    url,
    headers: init.headers ?? {},
    body: init.body ?? null,
    // The SDK's signal follows ours and also aborts when its stream is left early.
    signal: init.signal ?? signal,
  });
  exchange.status = response.status;
  exchange.contentType = response.headers.get("content-type") ?? "";
  await demandSuccess(response, url, signal);
  const streams = typeof init.body === "string" && init.body.includes('"stream":true');
  if (streams) return new Response(watch(response, url, exchange), { headers: response.headers });
  const text = await readBody(response, url, signal);
  parseJson(text, response, url);
  return new Response(text, { headers: { "content-type": "application/json" } });
}

/** Passes the body on and notes what only the bytes tell. */
function watch(response: Response, url: string, exchange: Exchange): ReadableStream<Uint8Array> {
  const strict = new TextDecoder("utf-8", { fatal: true });
  const lenient = new TextDecoder();
  let size = 0;
  let tail = "";
  return (response.body ?? new ReadableStream()).pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(bytes, controller) {
        size += bytes.length;
        if (size > MAX_BODY_BYTES) return controller.error(tooBig(url));
        try {
          strict.decode(bytes, { stream: true });
        } catch {
          exchange.invalidUtf8 = true;
        }
        tail = (tail + lenient.decode(bytes, { stream: true })).slice(-4096);
        exchange.terminated ||= /(^|\n)data: ?\[DONE\]/.test(tail);
        controller.enqueue(bytes);
      },
    }),
  );
}

/** The error that a provider may throw, out of what the SDK threw. */
export function ourError(error: unknown, baseUrl: string, signal?: AbortSignal): unknown {
  if (signal?.aborted) return signal.reason;
  let inner: unknown = error;
  while (inner instanceof Error) {
    if (inner instanceof OwllmError) return inner;
    inner = inner.cause;
  }
  const host = new URL(baseUrl).host;
  if (error instanceof OpenAI.APIError) {
    const said = errorMessageIn(JSON.stringify({ error: error.error })) ?? error.message;
    return new OwllmError({
      code: "model",
      message: `${host} sent an error inside the stream: ${excerpt(said)}`,
      context: { status: error.status ?? 200, body: excerpt(said), url: baseUrl },
      cause: error,
    });
  }
  if (error instanceof SyntaxError) {
    return new OwllmError({
      code: "protocol",
      message: `${host} sent a stream event that is not JSON: ${excerpt(error.message)}`,
      context: { url: baseUrl },
      cause: error,
    });
  }
  if (error instanceof TypeError || error instanceof Deno.errors.ConnectionReset) {
    return new OwllmError({
      code: "unreachable",
      message: `The connection to ${host} broke off: ${excerpt(error.message)}`,
      context: { url: baseUrl },
      cause: error,
    });
  }
  return error;
}
