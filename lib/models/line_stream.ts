import { MAX_BODY_BYTES, tooBig, transportError } from "./http.ts";

const NEWLINE = 0x0a;

/** Lines of a body as they arrive. `invalidUtf8` is true once a line held bytes that are no UTF-8. */
export interface LineStream extends AsyncIterable<string> {
  readonly invalidUtf8: boolean;
}

/**
 * Splits a response's body at newlines before decoding, so that a character cut between two
 * network packets stays whole. Leaving the loop cancels the request.
 *
 * @throws `protocol` past {@linkcode MAX_BODY_BYTES}, `unreachable` when the connection breaks,
 * or the signal's reason.
 */
export function readLines(response: Response, url: string, signal?: AbortSignal): LineStream {
  const strict = new TextDecoder("utf-8", { fatal: true });
  const lenient = new TextDecoder();
  const state = { invalidUtf8: false };
  const decode = (bytes: Uint8Array): string => {
    try {
      return strict.decode(bytes);
    } catch {
      state.invalidUtf8 = true;
      return lenient.decode(bytes);
    }
  };
  async function* lines(): AsyncGenerator<string> {
    let size = 0;
    let pending: Uint8Array[] = [];
    for await (const packet of response.body ?? []) {
      size += packet.length;
      if (size > MAX_BODY_BYTES) throw tooBig(url);
      let from = 0;
      for (let end; (end = packet.indexOf(NEWLINE, from)) >= 0; from = end + 1) {
        yield decode(concat([...pending, packet.subarray(from, end)]));
        pending = [];
      }
      if (from < packet.length) pending.push(packet.slice(from));
    }
    if (pending.length > 0) yield decode(concat(pending));
  }
  return {
    get invalidUtf8() {
      return state.invalidUtf8;
    },
    async *[Symbol.asyncIterator]() {
      try {
        yield* lines();
      } catch (error) {
        throw transportError(error, url, signal);
      }
    },
  };
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
