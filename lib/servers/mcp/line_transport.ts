import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { type JSONRPCMessage, JSONRPCMessageSchema } from "@modelcontextprotocol/sdk/types.js";
import { OwllmError } from "../../core/mod.ts";
import { parseStrictJson } from "../strict_json.ts";

/** More in one line is no message: the longest text that a file tool takes is far shorter. */
const MAX_LINE_BYTES = 8 * 1024 * 1024;

/** The codes of JSON-RPC. */
const PARSE_ERROR = -32_700;
const INVALID_REQUEST = -32_600;

const NEWLINE = 10;

/** Messages of MCP as lines of strict JSON, with an end to how long a line may be. */
export class LineTransport implements Transport {
  onmessage?: (message: JSONRPCMessage) => void;
  onclose?: () => void;
  onerror?: (error: Error) => void;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #write: (line: string) => void;
  #ended: Promise<void> = Promise.resolve();

  /** @param write writes a line with its end, whole */
  constructor(input: ReadableStream<Uint8Array>, write: (line: string) => void) {
    this.#reader = input.getReader();
    this.#write = write;
  }

  /** Resolves when there is no more input, or after `close`. */
  get ended(): Promise<void> {
    return this.#ended;
  }

  start(): Promise<void> {
    this.#ended = this.#read();
    return Promise.resolve();
  }

  send(message: JSONRPCMessage): Promise<void> {
    this.#write(`${JSON.stringify(message)}\n`);
    return Promise.resolve();
  }

  async close(): Promise<void> {
    await this.#reader.cancel();
    this.onclose?.();
  }

  async #read(): Promise<void> {
    let line: Uint8Array[] = [];
    let length = 0;
    for (;;) {
      const { done, value } = await this.#reader.read();
      if (done) return;
      let start = 0;
      for (let at = value.indexOf(NEWLINE); at >= 0; at = value.indexOf(NEWLINE, start)) {
        const rest = value.subarray(start, at);
        this.#take([...line, rest], length + rest.length);
        [line, length, start] = [[], 0, at + 1];
      }
      length += value.length - start;
      // What is too long is let go of, and only counted until its end.
      if (length <= MAX_LINE_BYTES) line.push(value.subarray(start));
      else line = [];
    }
  }

  #take(parts: readonly Uint8Array[], length: number): void {
    if (length > MAX_LINE_BYTES) {
      return this.#refuse(PARSE_ERROR, `The message is longer than ${MAX_LINE_BYTES} bytes`);
    }
    const bytes = joined(parts, length);
    if (bytes.every((byte) => byte === 32 || byte === 13)) return; // An empty line.
    let value: unknown;
    try {
      value = parseStrictJson(bytes, "message", '{"jsonrpc": "2.0", "id": 1, "method": "ping"}');
    } catch (error) {
      if (!(error instanceof OwllmError)) throw error;
      return this.#refuse(PARSE_ERROR, error.message);
    }
    const message = JSONRPCMessageSchema.safeParse(value);
    if (message.success) this.onmessage?.(message.data);
    else this.#refuse(INVALID_REQUEST, "The message is none of JSON-RPC 2.0");
  }

  /** An answer to nobody: which request it was cannot be told. */
  #refuse(code: number, message: string): void {
    this.#write(`${JSON.stringify({ jsonrpc: "2.0", id: null, error: { code, message } })}\n`);
  }
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
