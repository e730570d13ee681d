import { messageOf, OwllmError } from "../core/mod.ts";

/** Largest file that the built-in engine takes, in bytes (ftell in its libc is 32 bits wide). */
export const MAX_GGUF_BYTES = 2 ** 31 - 1;

/** How much of a file is read to find its header; tokenizers of 256k words take about 10 MB. */
const HEADER_BYTES = 64 * 1024 * 1024;

/** What a GGUF says of itself before its tensors. */
export interface GgufHeader {
  readonly version: number;
  readonly sizeBytes: number;
  readonly tensorCount: number;
  readonly architecture: string | undefined;
  readonly name: string | undefined;
  readonly contextLength: number | undefined;
  /** llama.cpp's name of the quantisation, e.g. `Q4_K_M`; undefined for one it does not know. */
  readonly quantization: string | undefined;
  readonly hasChatTemplate: boolean;
}

/** llama.cpp's `LLAMA_FTYPE_*` by number (include/llama.h). */
const FILE_TYPES: Readonly<Record<number, string>> = {
  0: "F32",
  1: "F16",
  2: "Q4_0",
  3: "Q4_1",
  7: "Q8_0",
  8: "Q5_0",
  9: "Q5_1",
  10: "Q2_K",
  11: "Q3_K_S",
  12: "Q3_K_M",
  13: "Q3_K_L",
  14: "Q4_K_S",
  15: "Q4_K_M",
  16: "Q5_K_S",
  17: "Q5_K_M",
  18: "Q6_K",
  19: "IQ2_XXS",
  20: "IQ2_XS",
  21: "Q2_K_S",
  22: "IQ3_XS",
  23: "IQ3_XXS",
  24: "IQ1_S",
  25: "IQ4_NL",
  26: "IQ3_S",
  27: "IQ3_M",
  28: "IQ2_S",
  29: "IQ2_M",
  30: "IQ4_XS",
  31: "IQ1_M",
  32: "BF16",
};

/**
 * Reads the header of a GGUF (github.com/ggml-org/ggml, docs/gguf.md), versions 2 and 3.
 *
 * @throws {@linkcode OwllmError} in one sentence: missing, a directory, unreadable, empty, no GGUF,
 * truncated.
 */
export async function readGgufHeader(path: string): Promise<GgufHeader> {
  const { bytes, size } = await readStart(path);
  const magic = new TextDecoder().decode(bytes.subarray(0, 4));
  if (magic !== "GGUF") throw problem(path, `is no GGUF: it begins with ${shownBytes(bytes)}`);
  const reader = new Reader(path, bytes, size);
  reader.at = 4;
  const version = reader.u32();
  if (version !== 2 && version !== 3) {
    throw problem(path, `is a GGUF of version ${version}; owllm reads versions 2 and 3`);
  }
  const tensorCount = reader.u64();
  const fields = reader.fields(reader.u64());
  const dataStart = reader.tensorData(tensorCount, Number(fields.get("general.alignment") ?? 32));
  if (dataStart > size) throw truncated(path, size, dataStart);
  const architecture = textOf(fields.get("general.architecture"));
  const context = fields.get(`${architecture}.context_length`);
  return {
    version,
    sizeBytes: size,
    tensorCount,
    architecture,
    name: textOf(fields.get("general.name")),
    contextLength: typeof context === "number" ? context : undefined,
    quantization: FILE_TYPES[Number(fields.get("general.file_type") ?? -1)],
    hasChatTemplate: fields.has("tokenizer.chat_template"),
  };
}

/**
 * Reads the header of weights for the built-in engine.
 *
 * @throws as {@linkcode readGgufHeader}, and for a file that is too big for the engine.
 */
export async function readEngineWeights(path: string): Promise<GgufHeader> {
  const header = await readGgufHeader(path);
  if (header.sizeBytes <= MAX_GGUF_BYTES) return header;
  const gib = (header.sizeBytes / 2 ** 30).toFixed(1);
  throw problem(
    path,
    `has ${gib} GiB; the built-in engine takes at most 2 GiB`,
    "Serve it instead: llama-server -m FILE.gguf, then: owllm smoke model http://127.0.0.1:8080",
  );
}

async function readStart(path: string): Promise<{ bytes: Uint8Array; size: number }> {
  try {
    const { isDirectory, size } = await Deno.stat(path);
    if (isDirectory) throw problem(path, "is a directory and no GGUF file");
    if (size === 0) throw problem(path, "is empty");
    using file = await Deno.open(path);
    const bytes = new Uint8Array(Math.min(size, HEADER_BYTES));
    let filled = 0;
    while (filled < bytes.length) {
      const count = await file.read(bytes.subarray(filled));
      if (count === null) break;
      filled += count;
    }
    return { bytes: bytes.subarray(0, filled), size };
  } catch (error) {
    if (error instanceof OwllmError) throw error;
    if (error instanceof Deno.errors.NotFound) throw problem(path, "does not exist");
    throw problem(path, `cannot be read: ${messageOf(error)}`);
  }
}

type Value = string | number | boolean | undefined;

/** Bytes of GGUF's scalar types by number; 8 is a string, 9 an array. */
const SCALAR_BYTES: Readonly<Record<number, number>> = {
  0: 1,
  1: 1,
  2: 2,
  3: 2,
  4: 4,
  5: 4,
  6: 4,
  7: 1,
  10: 8,
  11: 8,
  12: 8,
};

/** Walks the header; running out of bytes means that the file is truncated. */
class Reader {
  at = 0;
  readonly #view: DataView;

  constructor(
    private readonly path: string,
    private readonly bytes: Uint8Array,
    private readonly size: number,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  u64(): number {
    return Number(this.#view.getBigUint64(this.#take(8), true));
  }

  text(): string {
    const length = this.u64();
    const start = this.#take(length);
    return new TextDecoder().decode(this.bytes.subarray(start, start + length));
  }

  /** All keys; arrays are passed over. */
  fields(count: number): Map<string, Value> {
    const fields = new Map<string, Value>();
    for (let i = 0; i < count; i++) fields.set(this.text(), this.#value(this.u32()));
    return fields;
  }

  /** Passes over the tensor infos; the file must reach past the last tensor's beginning. */
  tensorData(count: number, alignment: number): number {
    let last = 0;
    for (let i = 0; i < count; i++) {
      this.text();
      this.#take(this.u32() * 8 + 4);
      last = Math.max(last, this.u64());
    }
    return Math.ceil(this.at / alignment) * alignment + last;
  }

  #value(type: number): Value {
    if (type === 8) return this.text();
    if (type === 9) return this.#skipArray();
    const size = SCALAR_BYTES[type];
    if (size === undefined) throw problem(this.path, `holds a value of unknown type ${type}`);
    const at = this.#take(size);
    if (type === 4) return this.#view.getUint32(at, true);
    if (type === 10) return Number(this.#view.getBigUint64(at, true));
    return type === 7 ? this.#view.getUint8(at) === 1 : undefined;
  }

  #skipArray(): undefined {
    const type = this.u32();
    const length = this.u64();
    const size = SCALAR_BYTES[type];
    if (size !== undefined) this.#take(size * length);
    else for (let i = 0; i < length; i++) this.#value(type);
    return undefined;
  }

  #take(length: number): number {
    const start = this.at;
    if (start + length > this.bytes.length) {
      if (this.bytes.length < this.size) throw problem(this.path, "has a header of over 64 MiB");
      throw truncated(this.path, this.size, start + length);
    }
    this.at = start + length;
    return start;
  }
}

function textOf(value: Value): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function shownBytes(bytes: Uint8Array): string {
  const first = [...bytes.subarray(0, 4)];
  const printable = first.every((byte) => byte >= 0x20 && byte < 0x7f);
  return printable
    ? `"${String.fromCharCode(...first)}"`
    : first.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
}

function truncated(path: string, size: number, least: number): OwllmError {
  return problem(path, `is truncated: it has ${size} bytes where at least ${least} are due`);
}

function problem(path: string, what: string, fix?: string): OwllmError {
  return new OwllmError({
    code: "usage",
    message: `"${path}" ${what}`,
    context: { path },
    recoverySuggestion: fix ??
      "Name a whole GGUF file, e.g. one of ~/.ollama/models/blobs, or: owllm models pull smollm2",
  });
}
