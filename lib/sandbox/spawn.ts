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
  /** Input, text as UTF-8; without it stdin is closed. */
  readonly stdin?: string | Uint8Array | undefined;
  /** Bytes kept of each of stdout and stderr; what comes after is read and thrown away. */
  readonly maxOutputBytes: number;
  /** The child and its children are killed after this many milliseconds. */
  readonly timeoutMs: number;
}

/** Between the polite signal and SIGKILL, in ms: Ctrl-C has to be done within a second. */
const KILL_GRACE_MS = 300;

/**
 * Starts a program of the host in a process group of its own, with piped output.
 *
 * @throws {@linkcode OwllmError} `not_found` or `denied`, as `runHostProgram` does.
 */
export async function spawnProgram(
  spec: SpawnSpec,
  stdin: "null" | "piped",
): Promise<Deno.ChildProcess> {
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
      stdin,
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

/** Writes all of a child's input and closes it. */
export async function feed(
  child: Deno.ChildProcess,
  input: string | Uint8Array | ReadableStream<Uint8Array>,
): Promise<void> {
  try {
    if (input instanceof ReadableStream) return await input.pipeTo(child.stdin);
    const writer = child.stdin.getWriter();
    await writer.write(typeof input === "string" ? new TextEncoder().encode(input) : input);
    await writer.close();
  } catch (error) {
    // A program that does not read its input to the end is no failure of ours.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

/** Ends a child and its group: politely, then for good. */
export function stopper(child: Deno.ChildProcess) {
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
