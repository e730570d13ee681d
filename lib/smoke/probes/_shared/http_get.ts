import { messageOf } from "../../../core/mod.ts";

/** How long a request that only asks who is there may take, in ms. */
export const HELLO_TIMEOUT_MS = 2000;

/** How much of a body is read, in characters; enough to tell JSON from a page. */
const MAX_CHARS = 64 * 1024;

/** What a GET gave: an answer, or why there was none. */
export type HttpAnswer =
  | {
    readonly answered: true;
    readonly status: number;
    readonly contentType: string;
    readonly text: string;
    /** The body as JSON; undefined when it is not. */
    readonly json: unknown;
  }
  | { readonly answered: false; readonly timedOut: boolean; readonly reason: string };

/** GETs a URL within a time limit and without following redirects; never throws but on abort. */
export async function httpGet(
  url: string,
  signal: AbortSignal,
  timeoutMs: number = HELLO_TIMEOUT_MS,
): Promise<HttpAnswer> {
  const limit = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, {
      redirect: "manual",
      signal: AbortSignal.any([signal, limit]),
    });
    const text = await readSome(response);
    return {
      answered: true,
      status: response.status,
      contentType: response.headers.get("content-type") ?? "",
      text,
      json: jsonOf(text),
    };
  } catch (error) {
    signal.throwIfAborted();
    return { answered: false, timedOut: limit.aborted, reason: messageOf(error) };
  }
}

async function readSome(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const bytes of response.body ?? []) {
    text += decoder.decode(bytes, { stream: true });
    if (text.length > MAX_CHARS) break;
  }
  return text;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // A page or a banner: the caller looks at the text.
  }
}
