import { notACall, Rejection } from "./rejection.ts";

/** Enough for the longest text that a file tool takes, with every character escaped. */
export const MAX_BODY_BYTES = 8 * 1024 * 1024;

/** How long a body may take to arrive, in ms. */
const BODY_TIMEOUT_MS = 5_000;

/**
 * The body of a call.
 *
 * @throws {@linkcode Rejection} 415 for another type than JSON, 413 for too much, 408 for too slow
 */
export async function readBody(request: Request): Promise<Uint8Array> {
  demandJson(request.headers);
  if (Number(request.headers.get("content-length") ?? 0) > MAX_BODY_BYTES) throw tooLong();
  if (request.body === null) throw notACall("There is no body", "Send one JSON object");
  const reader = request.body.getReader();
  const timer = Promise.withResolvers<never>();
  const timeout = setTimeout(() => timer.reject(tooSlow()), BODY_TIMEOUT_MS);
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for (;;) {
      const { done, value } = await Promise.race([reader.read(), timer.promise]);
      if (done) return joined(chunks, length);
      length += value.length;
      if (length > MAX_BODY_BYTES) throw tooLong();
      chunks.push(value);
    }
  } finally {
    clearTimeout(timeout);
    // What is still to come is nobody's; a caller that is gone has nothing to cancel.
    reader.cancel().catch(() => {});
  }
}

function demandJson(headers: Headers): void {
  const type = headers.get("content-type") ?? "";
  if (/^application\/json(?: *; *charset="?utf-8"?)?$/i.test(type.trim())) return;
  throw new Rejection({
    status: 415,
    code: "usage",
    message: `The content type is ${JSON.stringify(type.slice(0, 60))}`,
    fix: "Send the header Content-Type: application/json",
  });
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const all = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

function tooLong(): Rejection {
  return new Rejection({
    status: 413,
    code: "usage",
    message: `The body is longer than ${MAX_BODY_BYTES} bytes`,
    fix: "Write long files in parts: edit_lines",
  });
}

function tooSlow(): Rejection {
  return new Rejection({
    status: 408,
    code: "timeout",
    message: `The body did not arrive within ${BODY_TIMEOUT_MS / 1000} s`,
    fix: "Send the whole body at once",
  });
}
