import { ValidationError } from "../failure.ts";
import { resolveExisting, show } from "./paths.ts";

/** Larger files are not for reading whole; a search or a range of a log's end is. */
export const MAX_FILE_BYTES = 10 * 1024 * 1024;

/** A NUL in the first bytes is what git, too, takes for the mark of a binary file. */
const BINARY_SAMPLE = 8_000;

/** A text file of the repository. */
export interface ReadText {
  readonly relative: string;
  readonly text: string;
  readonly bytes: Uint8Array;
  readonly mode: number;
}

/**
 * Reads a text file. The file that was opened is compared with the one that was checked, so that
 * a link put in its place in between is not followed.
 *
 * @throws {@linkcode ValidationError} for directories, binary, giant and unreadable files
 */
export async function readText(root: string, path: string): Promise<ReadText> {
  const { absolute, relative, info } = await resolveExisting(root, path);
  const refuse = (why: string, fix: string) =>
    new ValidationError(`"${show(relative)}" ${why}`, fix, { path: relative });
  if (info.isDirectory) {
    throw refuse("is a directory", `List it: list_files {"path": "${show(relative)}"}`);
  }
  if (info.size > MAX_FILE_BYTES) {
    throw refuse(
      `has ${Math.round(info.size / 1024 / 1024)} MiB, which is too much to read`,
      `Search in it: search {"pattern": "…", "path": "${show(relative)}"}`,
    );
  }
  const bytes = await readSame(absolute, info, refuse);
  if (bytes.subarray(0, BINARY_SAMPLE).includes(0)) {
    throw refuse("is a binary file", "Only text files can be read");
  }
  const text = decode(bytes);
  if (text === undefined) throw refuse("is not UTF-8 text", "Only UTF-8 text files can be read");
  return { relative, text, bytes, mode: (info.mode ?? 0o644) & 0o777 };
}

async function readSame(
  absolute: string,
  checked: Deno.FileInfo,
  refuse: (why: string, fix: string) => ValidationError,
): Promise<Uint8Array> {
  try {
    using file = await Deno.open(absolute, { read: true });
    const opened = await file.stat();
    if (opened.ino !== checked.ino || opened.dev !== checked.dev || !opened.isFile) {
      throw refuse("was exchanged while it was being read", "Try again");
    }
    return new Uint8Array(await new Response(file.readable).arrayBuffer());
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied) {
      throw refuse("may not be read", "Change its mode, or work without it");
    }
    throw error;
  }
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
