import { messageOf, OwllmError } from "../core/mod.ts";
import { wordsFor } from "./named.ts";

/** SQLite's result codes that have a cause a person can do something about. */
const SQLITE = {
  busy: 5,
  readonly: 8,
  ioerr: 10,
  corrupt: 11,
  full: 13,
  cantopen: 14,
  notadb: 26,
} as const;

/** What to do about a damaged file: owllm never moves or overwrites it. */
export function restoreHint(path: string): string {
  const { what, another } = wordsFor(path);
  return what === "trace file"
    ? `Name ${another}; this file was left alone`
    : `Put a backup in its place (made by \`owllm state backup FILE\`) with ` +
      `\`cp BACKUP "${path}"\`, or start afresh with \`--state DIR\``;
}

/** The error for a file that is not, or no longer, a readable database. */
export function damaged(path: string, what: string, cause?: unknown): OwllmError {
  return new OwllmError({
    code: "state",
    message: `The ${wordsFor(path).what} "${path}" is damaged: ${what}`,
    recoverySuggestion: restoreHint(path),
    context: { path },
    cause,
  });
}

/** An {@linkcode OwllmError} for what SQLite threw; errors of our own pass unchanged. */
export function sqliteError(error: unknown, path: string): unknown {
  if (error instanceof OwllmError || !isSqliteError(error)) return error;
  const text = messageOf(error);
  const { what, another } = wordsFor(path);
  const code = (error.errcode ?? codeOfText(text)) & 0xff;
  const fail = (message: string, recoverySuggestion?: string) =>
    new OwllmError({
      code: "state",
      message,
      context: { path, sqlite_code: code },
      ...(recoverySuggestion === undefined ? {} : { recoverySuggestion }),
      cause: error,
    });
  switch (code) {
    case SQLITE.corrupt:
    case SQLITE.notadb:
      return damaged(path, text, error);
    case SQLITE.full:
      return fail(
        `The disk that holds the ${what} "${path}" is full`,
        `Free some space, or name ${another}`,
      );
    case SQLITE.readonly:
      return fail(
        `The ${what} "${path}" cannot be written: its file system or its mode is read-only`,
        `Make it writable, or name ${another}`,
      );
    case SQLITE.busy:
      return fail(
        `Another program has held the ${what} "${path}" for too long`,
        "End the program that holds it (an SQLite browser, a backup tool), then try again",
      );
    case SQLITE.ioerr:
    case SQLITE.cantopen:
      return fail(
        `The ${what} "${path}" cannot be read or written: ${text}`,
        `Look at the disk and its mount, or name ${another}`,
      );
    default:
      return error;
  }
}

interface SqliteError extends Error {
  readonly code: "ERR_SQLITE_ERROR";
  readonly errcode?: number;
}

function isSqliteError(error: unknown): error is SqliteError {
  return error instanceof Error && "code" in error && error.code === "ERR_SQLITE_ERROR";
}

/** `exec` and the constructor give only the text. */
function codeOfText(text: string): number {
  if (/database is locked/.test(text)) return SQLITE.busy;
  if (/malformed/.test(text)) return SQLITE.corrupt;
  if (/not a database/.test(text)) return SQLITE.notadb;
  if (/disk is full/.test(text)) return SQLITE.full;
  if (/readonly/.test(text)) return SQLITE.readonly;
  if (/unable to open/.test(text)) return SQLITE.cantopen;
  if (/disk I\/O/.test(text)) return SQLITE.ioerr;
  return 0;
}
