import type { Random } from "../core/mod.ts";

/** Ids as OpenTelemetry wants them: lower-case hex, never all zeros. */
export interface SpanIds {
  /** 16 hex digits. */
  spanId(): string;
  /** 32 hex digits. */
  traceId(): string;
}

/** Random bytes are drawn in blocks, because each draw is a call into the runtime. */
const BLOCK_BYTES = 1024;
const SPAN_BYTES = 8;
const TRACE_BYTES = 16;

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** Builds a source of ids. */
export function createSpanIds(random: Random): SpanIds {
  let block: Uint8Array = new Uint8Array(0);
  let at = 0;
  const next = (length: number): string => {
    if (at + length > block.length) {
      block = random.bytes(BLOCK_BYTES);
      at = 0;
    }
    let text = "";
    for (const byte of block.subarray(at, at += length)) text += HEX[byte];
    return /[^0]/.test(text) ? text : next(length);
  };
  return { spanId: () => next(SPAN_BYTES), traceId: () => next(TRACE_BYTES) };
}
