import { messageOf, OwllmError } from "../core/mod.ts";
import { wordsFor } from "./named.ts";

const DIRECTORY_MODE = 0o700;
const FILE_MODE = 0o600;

/** How messages call the directory of the state. */
const DIRECTORY = "The state directory";

function fileOf(path: string): string {
  return `The ${wordsFor(path).what}`;
}

/**
 * Makes the state directory, for its owner only.
 *
 * @throws {@linkcode OwllmError} `denied` when it belongs to somebody else or cannot be written,
 * `state` when something that is no directory is in the way
 */
export async function prepareDirectory(dir: string): Promise<void> {
  try {
    await Deno.mkdir(dir, { recursive: true, mode: DIRECTORY_MODE });
  } catch (error) {
    throw placeError(error, dir, DIRECTORY);
  }
  try {
    await refuseShared(dir);
  } catch (error) {
    throw placeError(error, dir, DIRECTORY);
  }
  await keepPrivate(dir, DIRECTORY_MODE, DIRECTORY);
}

/** A directory with other things in it keeps its mode: `--state /tmp` must not lock others out. */
async function refuseShared(dir: string): Promise<void> {
  const mode = (await Deno.stat(dir)).mode ?? DIRECTORY_MODE;
  if ((mode & 0o077) === 0) return;
  for await (const entry of Deno.readDir(dir)) {
    if (entry.name.startsWith("owllm")) continue;
    throw new OwllmError({
      code: "denied",
      message: `The state directory "${dir}" is open to others (mode ${
        (mode & 0o777).toString(8)
      }) and holds other files, such as "${entry.name}"`,
      recoverySuggestion: `Name a directory of its own: --state "${dir.replace(/\/+$/, "")}/owllm"`,
      context: { path: dir },
    });
  }
}

/** Creates the file empty, for its owner only, so that SQLite's own files inherit that mode. */
export async function createPrivateFile(path: string): Promise<void> {
  try {
    const file = await Deno.open(path, { write: true, createNew: true, mode: FILE_MODE });
    file.close();
  } catch (error) {
    // Another process was first: it made the same file.
    if (error instanceof Deno.errors.AlreadyExists) return;
    throw placeError(error, path, fileOf(path));
  }
}

/** Takes the rights of others away from the state file. */
export function keepFilePrivate(path: string): Promise<void> {
  return keepPrivate(path, FILE_MODE, fileOf(path));
}

/**
 * Sets the mode even when it is right already: only the owner may, so this finds out whose it is
 * without a grant for the user id.
 */
async function keepPrivate(path: string, mode: number, what: string): Promise<void> {
  try {
    await Deno.chmod(path, mode);
  } catch (error) {
    throw placeError(error, path, what);
  }
}

/** What the file system said about a path of the state, as a sentence with a way out. */
export function placeError(error: unknown, path: string, what: string): unknown {
  if (error instanceof OwllmError) return error;
  const directory = "another directory with `--state DIR`";
  const wayOut = `name ${what === DIRECTORY ? directory : wordsFor(path).another}`;
  const fail = (code: "state" | "denied", message: string, suggestion: string) =>
    new OwllmError({
      code,
      message,
      recoverySuggestion: suggestion,
      context: { path },
      cause: error,
    });
  if (error instanceof Deno.errors.NotADirectory || error instanceof Deno.errors.AlreadyExists) {
    return fail(
      "state",
      `${what} "${path}" cannot be made: a file is in the way`,
      `Move that file, or ${wayOut}`,
    );
  }
  if (isReadOnly(error)) {
    return fail(
      "denied",
      `${what} "${path}" is on a read-only file system`,
      `Mount it writable, or ${wayOut}`,
    );
  }
  if (
    error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotCapable
  ) {
    return fail(
      "denied",
      `${what} "${path}" belongs to somebody else or may not be written`,
      `Use its owner's account, or ${wayOut}`,
    );
  }
  if (error instanceof Error && "code" in error && error.code === "ENOSPC") {
    return fail(
      "state",
      `The disk that should hold "${path}" is full`,
      `Free some space, or ${wayOut}`,
    );
  }
  if (!(error instanceof Error)) return error;
  return fail(
    "state",
    `${what} "${path}" cannot be used: ${messageOf(error)}`,
    `To go on, ${wayOut}`,
  );
}

function isReadOnly(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EROFS";
}
