/** What a program wrote to a stream: all of it, or its beginning and its end. */
export interface CapturedOutput {
  /** Everything, or the beginning when there was too much. */
  readonly head: Uint8Array;
  /** The end, when the middle was dropped; else empty. */
  readonly tail: Uint8Array;
  /** Bytes that were written in all; more than head and tail when the middle was dropped. */
  readonly totalBytes: number;
}

/** How much of a stream is kept. */
export interface CaptureLimits {
  readonly headBytes: number;
  readonly tailBytes: number;
  /** Called with the length of each piece, whether it is kept or not. */
  onBytes?(bytes: number): void;
}

/** A stream that is being read. */
export interface Capture {
  /** Waits for the end of the stream, but not for a grandchild that keeps it open. */
  finish(waitMs: number): Promise<void>;
  output(): CapturedOutput;
}

/**
 * Keeps the first and the last bytes of a stream; the middle is drained so that the child never
 * blocks on a full pipe.
 */
export function capture(stream: ReadableStream<Uint8Array>, limits: CaptureLimits): Capture {
  const head = new ByteList(limits.headBytes);
  const tail = new Ring(limits.tailBytes);
  let totalBytes = 0;
  const reader = stream.getReader();
  const ended = (async () => {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      totalBytes += next.value.length;
      tail.add(head.add(next.value));
      limits.onBytes?.(next.value.length);
    }
  })();
  return {
    async finish(waitMs) {
      const timer = setTimeout(() => reader.cancel(), waitMs);
      try {
        await ended;
      } finally {
        clearTimeout(timer);
      }
    },
    output: () => ({ head: head.bytes(), tail: tail.bytes(), totalBytes }),
  };
}

/** The first bytes of a stream. */
class ByteList {
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  constructor(private readonly limit: number) {}

  /** Takes what fits and returns the rest. */
  add(piece: Uint8Array): Uint8Array {
    const part = piece.subarray(0, this.limit - this.#length);
    if (part.length > 0) this.#parts.push(part);
    this.#length += part.length;
    return piece.subarray(part.length);
  }

  bytes(): Uint8Array {
    return join(this.#parts, this.#length);
  }
}

/** The last bytes of a stream. */
class Ring {
  #parts: Uint8Array[] = [];
  #length = 0;

  constructor(private readonly limit: number) {}

  add(piece: Uint8Array): void {
    if (piece.length === 0) return;
    // A copy: a view would keep the whole of a big piece alive.
    const part = piece.slice(Math.max(0, piece.length - this.limit));
    this.#parts.push(part);
    this.#length += part.length;
    if (this.#length > 2 * this.limit) this.#shrink();
  }

  bytes(): Uint8Array {
    this.#shrink();
    return join(this.#parts, this.#length);
  }

  #shrink(): void {
    const whole = join(this.#parts, this.#length);
    const kept = whole.slice(Math.max(0, whole.length - this.limit));
    this.#parts = [kept];
    this.#length = kept.length;
  }
}

function join(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
