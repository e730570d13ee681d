import { createTarPacker } from "modern-tar";

/** Something to put into an archive. Names are relative, without a slash at the end. */
export type ArchiveEntry =
  & { readonly name: string; readonly mtime: Date }
  & (
    | { readonly type: "directory"; readonly mode: number }
    | { readonly type: "symlink"; readonly target: string }
    | { readonly type: "file"; readonly mode: number; readonly body: ArchiveBody }
  );

/** What a file holds: bytes, or a file of the host as it was when it was looked at. */
export type ArchiveBody = Uint8Array | HostFile;

/** A file of the host, with what tells whether it is still the same when it is opened. */
export interface HostFile {
  readonly path: string;
  readonly size: number;
  readonly dev: number;
  readonly ino: number | null;
}

/** What became of an archive. */
export interface ArchiveEvents {
  /** A file that was left out, and why: it may have changed or vanished since it was listed. */
  onLeftOut?(name: string, reason: string): void;
  /** Bytes of files so far. */
  onBytes?(bytes: number): void;
}

/** A tar stream of entries, made as fast as it is read; the host needs no `tar`. */
export function tarStream(
  entries: readonly ArchiveEntry[],
  events: ArchiveEvents = {},
): ReadableStream<Uint8Array> {
  const { readable, controller } = createTarPacker();
  const pack = async () => {
    let bytes = 0;
    for await (const { entry, opened } of openAhead(entries)) {
      bytes += await addEntry(controller, entry, opened, events);
      events.onBytes?.(bytes);
    }
    controller.finalize();
  };
  pack().catch((error) => controller.error(error));
  return readable.pipeThrough(gather());
}

/** Files that are read before their turn: most of the time goes into waiting for small ones. */
const AHEAD = 24;

/** A file up to this size is read whole when it is opened. */
const SMALL_BYTES = 64 * 1024;

/** An entry with its file, read or opened; or why it cannot be. */
interface Opened {
  readonly size: number;
  readonly bytes?: Uint8Array;
  readonly file?: Deno.FsFile;
  readonly leftOut?: string;
}

async function* openAhead(entries: readonly ArchiveEntry[]) {
  const waiting: { readonly entry: ArchiveEntry; readonly opened: Promise<Opened | undefined> }[] =
    [];
  let next = 0;
  try {
    while (next < entries.length || waiting.length > 0) {
      while (waiting.length < AHEAD && next < entries.length) {
        const entry = entries[next++];
        if (entry === undefined) break;
        const opened = openFile(entry);
        // Its failure is thrown when its turn comes.
        opened.catch(() => undefined);
        waiting.push({ entry, opened });
      }
      const first = waiting.shift();
      if (first !== undefined) yield { entry: first.entry, opened: await first.opened };
    }
  } finally {
    for (const { opened } of waiting) (await opened.catch(() => undefined))?.file?.close();
  }
}

/** Opens the file of an entry and makes sure that it is the file that was listed. */
async function openFile(entry: ArchiveEntry): Promise<Opened | undefined> {
  if (entry.type !== "file") return undefined;
  const { body } = entry;
  if (body instanceof Uint8Array) return { size: body.length, bytes: body };
  let file: Deno.FsFile;
  try {
    file = await Deno.open(body.path);
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    return { size: 0, leftOut: "it cannot be read" };
  }
  let kept = false;
  try {
    // The name may lead elsewhere by now, through a symlink to a secret for one.
    const now = await file.stat();
    if (!now.isFile || now.dev !== body.dev || now.ino !== body.ino) {
      return { size: 0, leftOut: "it was replaced while it was copied" };
    }
    if (now.size > SMALL_BYTES) {
      kept = true;
      return { size: now.size, file };
    }
    const bytes = new Uint8Array(now.size);
    const read = await readInto(file, bytes);
    return { size: read, bytes: bytes.subarray(0, read) };
  } finally {
    if (!kept) file.close();
  }
}

/** Fills a buffer from a file; returns how much there was. */
async function readInto(file: Deno.FsFile, buffer: Uint8Array): Promise<number> {
  let filled = 0;
  while (filled < buffer.length) {
    const read = await file.read(buffer.subarray(filled));
    if (read === null) break;
    filled += read;
  }
  return filled;
}

/** Joins small pieces: a write for each header would cost more than all bytes of small files. */
function gather(): TransformStream<Uint8Array, Uint8Array> {
  let buffer = new Uint8Array(CHUNK_BYTES);
  let filled = 0;
  return new TransformStream({
    transform(piece, controller) {
      if (filled + piece.length > buffer.length) {
        if (filled > 0) controller.enqueue(buffer.subarray(0, filled));
        buffer = new Uint8Array(CHUNK_BYTES);
        filled = 0;
      }
      if (piece.length >= buffer.length) return controller.enqueue(piece);
      buffer.set(piece, filled);
      filled += piece.length;
    },
    flush(controller) {
      if (filled > 0) controller.enqueue(buffer.subarray(0, filled));
    },
  });
}

type Controller = ReturnType<typeof createTarPacker>["controller"];

/** Nobody's name and nobody's number of the host goes into an archive. */
const OWNER = { uid: 0, gid: 0 } as const;

async function addEntry(
  controller: Controller,
  entry: ArchiveEntry,
  opened: Opened | undefined,
  events: ArchiveEvents,
): Promise<number> {
  const { name, mtime } = entry;
  const common = { mtime, ...OWNER };
  switch (entry.type) {
    case "directory":
      await controller
        .add({ ...common, name: `${name}/`, type: "directory", size: 0, mode: entry.mode }).close();
      return 0;
    case "symlink":
      await controller.add({ ...common, name, type: "symlink", size: 0, linkname: entry.target })
        .close();
      return 0;
    case "file": {
      if (opened === undefined || opened.leftOut !== undefined) {
        events.onLeftOut?.(name, opened?.leftOut ?? "it cannot be read");
        return 0;
      }
      const { size, bytes, file } = opened;
      const writer = controller.add({ ...common, name, type: "file", mode: entry.mode, size })
        .getWriter();
      if (bytes !== undefined) await writer.write(bytes);
      if (file !== undefined) {
        using big = file;
        const missing = await writeFile(writer, big, size);
        if (missing > 0) events.onLeftOut?.(name, `its last ${missing} bytes vanished meanwhile`);
      }
      await writer.close();
      return size;
    }
  }
}

/** Writes as many bytes as were announced, zeros for those that vanished; returns how many did. */
async function writeFile(
  writer: WritableStreamDefaultWriter<Uint8Array>,
  file: Deno.FsFile,
  size: number,
): Promise<number> {
  let missing = 0;
  for (let left = size; left > 0;) {
    const piece = new Uint8Array(Math.min(left, CHUNK_BYTES));
    missing += piece.length - await readInto(file, piece);
    await writer.write(piece);
    left -= piece.length;
  }
  return missing;
}

/** Bytes read at once. */
const CHUNK_BYTES = 256 * 1024;

/** Whether a failed look at a file is the file's matter and not a bug of ours. */
export function isUnreadable(error: unknown): boolean {
  const { NotFound, PermissionDenied, NotCapable, NotADirectory, FilesystemLoop } = Deno.errors;
  return [NotFound, PermissionDenied, NotCapable, NotADirectory, FilesystemLoop]
    .some((type) => error instanceof type);
}
