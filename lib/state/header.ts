import { OwllmError } from "../core/mod.ts";
import { damaged } from "./errors.ts";
import { wordsFor } from "./named.ts";
import { placeError } from "./place.ts";

/** "owlm" in ASCII: marks our files, so that another program's database is never migrated. */
export const APPLICATION_ID = 0x6f776c6d;

const MAGIC = "SQLite format 3\0";
const HEADER_BYTES = 100;

/** What the first 100 bytes of a database say, read without SQLite so that nothing is touched. */
export interface FileHeader {
  readonly userVersion: number;
  readonly applicationId: number;
}

/**
 * Reads the header of a database.
 *
 * @returns undefined when there is no file, or an empty one that was only just created
 * @throws {@linkcode OwllmError} `state` when the file is no SQLite file
 */
export async function readHeader(path: string): Promise<FileHeader | undefined> {
  const bytes = await readStart(path);
  if (bytes === undefined || bytes.length === 0) return undefined;
  const magic = new TextDecoder().decode(bytes.subarray(0, MAGIC.length));
  if (magic !== MAGIC) throw damaged(path, "it does not start like an SQLite file");
  if (bytes.length < HEADER_BYTES) throw damaged(path, `it ends after ${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return { userVersion: view.getUint32(60), applicationId: view.getUint32(68) };
}

async function readStart(path: string): Promise<Uint8Array | undefined> {
  try {
    using file = await Deno.open(path, { read: true });
    const buffer = new Uint8Array(HEADER_BYTES);
    let length = 0;
    while (length < HEADER_BYTES) {
      const read = await file.read(buffer.subarray(length));
      if (read === null) break;
      length += read;
    }
    return buffer.subarray(0, length);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw placeError(error, path, `The ${wordsFor(path).what}`);
  }
}

/** Refuses a file that is not ours or that a newer owllm has written. */
export function assertOurs(header: FileHeader, newest: number, path: string): void {
  const { what, another } = wordsFor(path);
  if (header.applicationId !== APPLICATION_ID) {
    throw new OwllmError({
      code: "state",
      message: `The file "${path}" is an SQLite file of another program`,
      context: { path, application_id: header.applicationId },
      recoverySuggestion: `Name ${another}; this file was left alone`,
    });
  }
  if (header.userVersion > newest) {
    throw new OwllmError({
      code: "state",
      message: `The ${what} "${path}" was written by a newer owllm: ` +
        `its schema is ${header.userVersion}, this owllm knows up to ${newest}`,
      context: { path, schema: header.userVersion, known: newest },
      recoverySuggestion: `Use the newer owllm, or name ${another}; this file was left alone`,
    });
  }
}
