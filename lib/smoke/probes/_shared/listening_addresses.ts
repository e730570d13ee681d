import { OwllmError } from "../../../core/mod.ts";
import { findProgram, runHostProgram } from "../../../sandbox/mod.ts";
import { listenersAt, listenersInTable } from "./listeners.ts";

/** Where systems keep the two programs; a probe does not depend on somebody's PATH. */
const SYSTEM_PATH = "/usr/bin:/usr/sbin:/bin:/sbin";

/** Programs that list listening sockets: Linux has the first, macOS the second. */
const LISTERS = [["ss", "-Hltn"], ["netstat", "-an"]] as const;

const MAX_OUTPUT_BYTES = 4 * 1024 * 1024;
const TIMEOUT_MS = 3_000;

/**
 * The addresses on which something listens at a port of this machine. The kernel's own table comes
 * first; Deno opens `/proc` only to programs that may do everything, so `ss` or `netstat` come next.
 *
 * @returns undefined when none of them may be asked.
 */
export async function listeningAddresses(
  port: number,
  signal: AbortSignal,
): Promise<string[] | undefined> {
  if (Deno.build.os === "linux") {
    const tables = await Promise.all(["/proc/net/tcp", "/proc/net/tcp6"].map(readTable));
    if (tables.some((table) => table !== "")) return listenersAt(port, ...tables);
  }
  for (const [name, ...args] of LISTERS) {
    const text = await say(name, args, signal);
    if (text !== undefined) return listenersInTable(port, text);
  }
  return undefined;
}

/** What the program prints; undefined when it is not there, not granted, or fails. */
async function say(
  name: string,
  args: readonly string[],
  signal: AbortSignal,
): Promise<string | undefined> {
  const program = await findProgram(name, SYSTEM_PATH);
  if (program === undefined) return undefined;
  try {
    const { code, stdout, truncated } = await runHostProgram({
      program,
      args,
      // Of all directories the one that every grant includes.
      cwd: Deno.cwd(),
      env: { LC_ALL: "C" },
      maxOutputBytes: MAX_OUTPUT_BYTES,
      timeoutMs: TIMEOUT_MS,
    }, signal);
    return code === 0 && !truncated ? stdout : undefined;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof OwllmError) return undefined;
    throw error;
  }
}

/** The table, or nothing where the system has none (IPv6 may be off) or Deno refuses it. */
async function readTable(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    const expected = error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.NotCapable || error instanceof Deno.errors.PermissionDenied;
    if (expected) return "";
    throw error;
  }
}
