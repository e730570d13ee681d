import { messageOf, OwllmError } from "../core/mod.ts";

/** A program to run: built once, then judged, recorded and run as the same value. */
export interface SpawnSpec {
  /** Absolute path; no shell and no PATH are involved. */
  readonly program: string;
  readonly args: readonly string[];
  /** Absolute path of the working directory. */
  readonly cwd: string;
  /** The whole environment of the child; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** Text for stdin; without it stdin is closed. */
  readonly stdin?: string | undefined;
  /** Bytes kept of each of stdout and stderr; what comes after is read and thrown away. */
  readonly maxOutputBytes: number;
  /** The child and its children are killed after this many milliseconds. */
  readonly timeoutMs: number;
}

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

/** Between the polite signal and SIGKILL, in ms: Ctrl-C has to be done within a second. */
const KILL_GRACE_MS = 300;

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
  signal.throwIfAborted();
  const child = await spawn(spec);
  const stdout = capture(child.stdout, spec.maxOutputBytes);
  const stderr = capture(child.stderr, spec.maxOutputBytes);
  const stop = stopper(child);
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    stop.now();
  }, spec.timeoutMs);
  signal.addEventListener("abort", stop.now, { once: true });
  try {
    const fed = feed(child, spec.stdin);
    const status = await child.status;
    await fed;
    await Promise.all([stdout.finish(DRAIN_MS), stderr.finish(DRAIN_MS)]);
    signal.throwIfAborted();
    if (timedOut) throw tooSlow(spec);
    return {
      code: status.code,
      signal: status.signal,
      stdout: stdout.text(),
      stderr: stderr.text(),
      truncated: stdout.truncated() || stderr.truncated(),
    };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop.now);
    stop.done();
  }
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

async function spawn(spec: SpawnSpec): Promise<Deno.ChildProcess> {
  const { program, args, cwd, env } = spec;
  if (!program.startsWith("/")) {
    throw new TypeError(`"${program}" is no absolute path of a program`);
  }
  await demandDirectory(cwd);
  try {
    return new Deno.Command(program, {
      args: [...args],
      cwd,
      env: { ...env },
      clearEnv: true,
      detached: true, // A process group of its own, so that the group can be killed.
      stdin: spec.stdin === undefined ? "null" : "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  } catch (error) {
    throw spawnError(error, spec);
  }
}

/** A missing working directory would otherwise be told as a missing program. */
async function demandDirectory(cwd: string): Promise<void> {
  const there = await Deno.stat(cwd).then(({ isDirectory }) => isDirectory, (error) => {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  });
  if (there) return;
  throw new OwllmError({
    code: "not_found",
    message: `There is no directory "${cwd}" to run a program in`,
    context: { cwd },
  });
}

function spawnError(error: unknown, { program }: SpawnSpec): unknown {
  const fail = (code: "not_found" | "denied", message: string, recoverySuggestion?: string) =>
    new OwllmError({
      code,
      message,
      context: { program },
      cause: error,
      ...(recoverySuggestion === undefined ? {} : { recoverySuggestion }),
    });
  if (error instanceof Deno.errors.NotCapable) {
    return fail(
      "denied",
      `owllm has no grant to run "${program}"`,
      `The grant would be --allow-run=${program}`,
    );
  }
  if (error instanceof Deno.errors.NotFound) {
    return fail("not_found", `There is no program "${program}"`);
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return fail("denied", `"${program}" may not be executed`, `chmod +x "${program}"`);
  }
  return error instanceof Error
    ? fail("denied", `"${program}" cannot be started: ${messageOf(error)}`)
    : error;
}

async function feed(child: Deno.ChildProcess, text: string | undefined): Promise<void> {
  if (text === undefined) return;
  const writer = child.stdin.getWriter();
  try {
    await writer.write(new TextEncoder().encode(text));
    await writer.close();
  } catch (error) {
    // A program that does not read its input to the end is no failure of ours.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

/** The first bytes of a stream; the rest is drained so that the child never blocks on a full pipe. */
function capture(stream: ReadableStream<Uint8Array>, maxBytes: number) {
  const parts: Uint8Array[] = [];
  let kept = 0;
  let truncated = false;
  const reader = stream.getReader();
  const ended = (async () => {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      const part = next.value.subarray(0, maxBytes - kept);
      truncated ||= part.length < next.value.length;
      kept += part.length;
      if (part.length > 0) parts.push(part);
    }
  })();
  return {
    text: () => new TextDecoder().decode(join(parts, kept)),
    truncated: () => truncated,
    /** Waits for the end of the stream, but not for a grandchild that keeps it open. */
    async finish(waitMs: number): Promise<void> {
      const timer = setTimeout(() => reader.cancel(), waitMs);
      await ended;
      clearTimeout(timer);
    },
  };
}

function join(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Ends a child and its group: politely, then for good. */
function stopper(child: Deno.ChildProcess) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    now: () => {
      if (timer !== undefined) return;
      killGroup(child, "SIGTERM");
      timer = setTimeout(() => killGroup(child, "SIGKILL"), KILL_GRACE_MS);
    },
    done: () => {
      if (timer === undefined) return;
      clearTimeout(timer);
      killGroup(child, "SIGKILL"); // Children that outlived the program's polite end.
    },
  };
}

function killGroup(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    Deno.kill(-child.pid, signal);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return; // All of them are gone.
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
    try {
      child.kill(signal);
    } catch (gone) {
      // Deno says "Child process has already terminated" as a TypeError.
      if (!(gone instanceof TypeError || gone instanceof Deno.errors.NotFound)) throw gone;
    }
  }
}

function tooSlow({ program, timeoutMs }: SpawnSpec): OwllmError {
  return new OwllmError({
    code: "timeout",
    message: `"${program}" did not end within ${Math.round(timeoutMs / 100) / 10} s`,
    context: { program, timeout_ms: timeoutMs },
  });
}
