import { OwllmError } from "../core/mod.ts";
import { capture, type CapturedOutput } from "./capture.ts";
import { feed, spawnProgram, type SpawnSpec, stopper } from "./spawn.ts";

export type { SpawnSpec } from "./spawn.ts";

/** How a program ended and what it said. */
export interface HostResult {
  readonly code: number;
  /** The signal that ended it, where one did. */
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  /** True when stdout or stderr was longer than the cap. */
  readonly truncated: boolean;
}

/** How long a grandchild may hold a pipe open after the program ended, in ms. */
const DRAIN_MS = 500;

/**
 * Runs a program of the machine to its end. An exit code other than 0 is a result, not an error.
 *
 * Its process group is killed with it where the grants allow it (`--allow-run` without a list);
 * under a list of programs Deno lets only the program itself be killed.
 *
 * @throws {@linkcode OwllmError} `not_found` when there is no such program, `denied` when a grant or
 * the file's mode forbids it, `timeout` after `timeoutMs`; the signal's reason when it aborts.
 */
export async function runHostProgram(spec: SpawnSpec, signal: AbortSignal): Promise<HostResult> {
  const { code, signal: endedBy, stdout, stderr } = await runHostBytes(spec, signal);
  return {
    code,
    signal: endedBy,
    stdout: textOf(stdout),
    stderr: textOf(stderr),
    truncated: [stdout, stderr].some(({ head, totalBytes }) => totalBytes > head.length),
  };
}

/** How a program ended and what it said, byte for byte. */
export interface HostBytes {
  readonly code: number;
  readonly signal: string | null;
  readonly stdout: CapturedOutput;
  readonly stderr: CapturedOutput;
}

/** What {@linkcode runHostBytes} does beyond the spec. */
export interface HostBytesOptions {
  /** Input that is made while it is read, instead of `spec.stdin`. */
  readonly input?: ReadableStream<Uint8Array>;
  /** Of `maxOutputBytes`, how many are kept of the end of a long stream; none when left out. */
  readonly tailBytes?: number;
  /** Called with the length of each piece of output. */
  onBytes?(bytes: number): void;
}

/** {@linkcode runHostProgram} for input and output that are not text. */
export async function runHostBytes(
  spec: SpawnSpec,
  signal: AbortSignal,
  options: HostBytesOptions = {},
): Promise<HostBytes> {
  signal.throwIfAborted();
  const input = options.input ?? spec.stdin;
  const child = await spawnProgram(spec, input === undefined ? "null" : "piped");
  const tailBytes = options.tailBytes ?? 0;
  const limits = { ...options, headBytes: spec.maxOutputBytes - tailBytes, tailBytes };
  const stdout = capture(child.stdout, limits);
  const stderr = capture(child.stderr, limits);
  const stop = stopper(child);
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    stop.now();
  }, spec.timeoutMs);
  signal.addEventListener("abort", stop.now, { once: true });
  try {
    const fed = input === undefined ? undefined : feed(child, input);
    // Its failure is thrown below, when the program has ended.
    fed?.catch(stop.now);
    const status = await child.status;
    await Promise.all([stdout.finish(DRAIN_MS), stderr.finish(DRAIN_MS)]);
    signal.throwIfAborted();
    if (timedOut) throw tooSlow(spec);
    await fed;
    return {
      code: status.code,
      signal: status.signal,
      stdout: stdout.output(),
      stderr: stderr.output(),
    };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop.now);
    stop.done();
  }
}

/** The kept bytes of a stream as text. */
function textOf({ head }: CapturedOutput): string {
  return new TextDecoder().decode(head);
}

/**
 * The absolute path of a program, as a shell would find it on `pathVariable`. Relative entries of
 * the variable are passed over: what runs must not depend on the working directory.
 */
export async function findProgram(
  name: string,
  pathVariable: string | undefined,
): Promise<string | undefined> {
  for (const directory of (pathVariable ?? "").split(":")) {
    if (!directory.startsWith("/")) continue;
    const path = `${directory.replace(/\/+$/, "")}/${name}`;
    try {
      const { isFile, mode } = await Deno.stat(path);
      if (isFile && ((mode ?? 0o111) & 0o111) !== 0) return path;
    } catch (error) {
      if (!isPassedOver(error)) throw error;
    }
  }
  return undefined;
}

/** Nothing there, or nothing that we may look at: the next entry of PATH decides. */
function isPassedOver(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory ||
    error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotCapable;
}

function tooSlow({ program, timeoutMs }: SpawnSpec): OwllmError {
  return new OwllmError({
    code: "timeout",
    message: `"${program}" did not end within ${Math.round(timeoutMs / 100) / 10} s`,
    context: { program, timeout_ms: timeoutMs },
  });
}
