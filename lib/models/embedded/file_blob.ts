/**
 * A file that looks like a `Blob` to the engine but is read in pieces: the weights never lie in the
 * JavaScript heap as a whole.
 */
export class FileBlob {
  readonly #path: string;
  readonly #start: number;
  readonly size: number;

  private constructor(path: string, start: number, size: number) {
    this.#path = path;
    this.#start = start;
    this.size = size;
  }

  /** The whole file. */
  static open(path: string): FileBlob {
    return new FileBlob(path, 0, Deno.statSync(path).size);
  }

  /** A part, without reading it. */
  slice(start = 0, end = this.size): FileBlob {
    const last = Math.min(end, this.size);
    return new FileBlob(this.#path, this.#start + start, Math.max(0, last - start));
  }

  /** Reads the part. */
  async arrayBuffer(): Promise<ArrayBuffer> {
    const bytes = new Uint8Array(this.size);
    using file = await Deno.open(this.#path);
    await file.seek(this.#start, Deno.SeekMode.Start);
    for (let filled = 0; filled < bytes.length;) {
      const count = await file.read(bytes.subarray(filled));
      if (count === null) throw new Error(`"${this.#path}" ended at byte ${this.#start + filled}`);
      filled += count;
    }
    return bytes.buffer;
  }
}
