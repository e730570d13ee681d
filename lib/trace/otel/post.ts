import { messageOf } from "../../core/mod.ts";
import type { OtlpTarget } from "./target.ts";

/** What became of a request. */
export type Answer =
  /** The endpoint has the spans. */
  | { readonly kind: "taken"; readonly body: Uint8Array }
  /** It cannot read or bear this request; another may be fine. */
  | { readonly kind: "refused"; readonly reason: string }
  /** It is down, slow or busy; the same request may succeed later. */
  | { readonly kind: "later"; readonly reason: string; readonly retryAfterMs: number }
  /** No request will succeed until somebody changes a setting. */
  | { readonly kind: "wrong"; readonly reason: string; readonly fix: string };

/** More of an endpoint's own words is not shown, in UTF-16 units. */
const MAX_WORDS = 160;

/** Longest that an endpoint may ask to be left alone, in milliseconds. */
const MAX_RETRY_AFTER_MS = 300_000;

/** Sends one request. It never throws, and never follows a redirect: that would leave the host that was judged. */
export async function postSpans(
  target: OtlpTarget,
  body: Uint8Array<ArrayBuffer>,
  signal: AbortSignal,
): Promise<Answer> {
  const timeout = AbortSignal.timeout(target.timeoutMs);
  try {
    const response = await fetch(target.url, {
      method: "POST",
      headers: [...target.headers, ["content-type", "application/x-protobuf"]],
      body,
      redirect: "manual",
      signal: AbortSignal.any([signal, timeout]),
    });
    const answer = await response.bytes();
    return judge(response, answer, target);
  } catch (error) {
    const reason = timeout.aborted
      ? `It gave no answer within ${target.timeoutMs / 1000} s`
      : target.hide(messageOf(error));
    return { kind: "later", reason, retryAfterMs: 0 };
  }
}

function judge(response: Response, body: Uint8Array, target: OtlpTarget): Answer {
  const { status } = response;
  if (status >= 200 && status < 300) return { kind: "taken", body };
  const reason = `It answered with status ${status}${wordsOf(response, body, target)}`;
  if (status >= 300 && status < 400) {
    const fix = "Name the address itself: redirects are not followed";
    return { kind: "wrong", reason, fix };
  }
  switch (status) {
    case 401:
    case 403:
      return { kind: "wrong", reason, fix: "Check OTEL_EXPORTER_OTLP_HEADERS" };
    case 404:
    case 405:
    case 415:
      return { kind: "wrong", reason, fix: "Check that it takes OTLP/HTTP protobuf at this path" };
    case 400:
    case 413:
    case 422:
      return { kind: "refused", reason };
    default:
      return { kind: "later", reason, retryAfterMs: retryAfter(response) };
  }
}

/** What the endpoint says, if it is text, fit for a line on a terminal. */
function wordsOf(response: Response, body: Uint8Array, target: OtlpTarget): string {
  if (!/^(?:text\/plain|application\/json)/.test(response.headers.get("content-type") ?? "")) {
    return "";
  }
  // deno-lint-ignore no-control-regex -- taking them out is the point
  const text = new TextDecoder().decode(body).replaceAll(/[\s\x00-\x1f\x7f-\x9f]+/g, " ").trim();
  return text === "" ? "" : `: ${target.hide(text).slice(0, MAX_WORDS)}`;
}

function retryAfter(response: Response): number {
  const seconds = Number(response.headers.get("retry-after") ?? "0");
  return Number.isFinite(seconds) ? Math.min(Math.max(0, seconds * 1000), MAX_RETRY_AFTER_MS) : 0;
}
