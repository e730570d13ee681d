import type { CapturedOutput } from "./capture.ts";
import type { SpawnSpec } from "./host_process.ts";

/** Where the repository lies for the commands of a sandbox. */
export const WORKSPACE = "/workspace";

/**
 * How a command in a sandbox ended. A non-zero code, a timeout or too little memory are results;
 * only a sandbox that cannot run commands any more throws.
 */
export interface CommandResult {
  /** Exit code; 128 + n when signal n ended it. */
  readonly code: number;
  /** The signal that ended it, by name. */
  readonly signal: string | null;
  readonly timedOut: boolean;
  /** The kernel killed one of its processes because the sandbox's memory was used up. */
  readonly outOfMemory: boolean;
  /** It wrote more than a sandbox lets a command write, and was ended for it. */
  readonly outputLimitHit: boolean;
  /** Processes that it left running; they were ended. */
  readonly leftBehind: number;
  readonly stdout: CapturedOutput;
  readonly stderr: CapturedOutput;
  readonly durationMs: number;
  /** A sentence when the sandbox had to be started anew, and what became of the workspace. */
  readonly restarted: string | null;
}

/** What a copy of a repository took along. */
export interface CopyReport {
  readonly files: number;
  readonly bytes: number;
  /** What was left out, and why. */
  readonly leftOut: readonly LeftOut[];
}

/** A path and why something was not done with it. */
export interface LeftOut {
  readonly path: string;
  readonly reason: string;
}

/** What commands changed in the workspace since the copy. */
export interface WorkspaceDiff {
  /** A unified diff with paths from the top of the workspace; empty when nothing changed. */
  readonly patch: Uint8Array;
  /** Paths that it changes. */
  readonly paths: readonly string[];
  /** Changes that never leave a sandbox: symlinks, nested repositories, names that git acts on. */
  readonly refused: readonly LeftOut[];
}

/** A place where commands of a model run. Every long call can be aborted. */
export interface Executor extends AsyncDisposable {
  /** `docker`, `podman` or `none`. */
  readonly kind: string;
  /** What the commands run in, for the record: an image's digest; null on the host. */
  readonly imageDigest: string | null;
  /**
   * Makes the place ready.
   *
   * @throws `unreachable` when it cannot be had, with the way out.
   */
  start(signal: AbortSignal): Promise<void>;
  /** Puts a repository of the host to {@linkcode WORKSPACE}. Once, after `start`. */
  copyIn(repository: string, signal: AbortSignal): Promise<CopyReport>;
  /**
   * Runs a command to its end; one at a time. `program` is a name or a path in the sandbox, `cwd`
   * is {@linkcode WORKSPACE} or below it, `env` is added to the sandbox's own list.
   *
   * @throws `unreachable` when the sandbox is gone; the signal's reason when it aborts, and then
   * nothing of the command runs any more.
   */
  run(command: SpawnSpec, signal: AbortSignal): Promise<CommandResult>;
  /** What changed since `copyIn`. */
  diff(signal: AbortSignal): Promise<WorkspaceDiff>;
  /** Ends everything and removes what was made. May be called twice. */
  close(): Promise<void>;
}

/** The signals by number on Linux. */
const SIGNALS: Readonly<Record<number, string>> = {
  1: "SIGHUP",
  2: "SIGINT",
  3: "SIGQUIT",
  4: "SIGILL",
  5: "SIGTRAP",
  6: "SIGABRT",
  7: "SIGBUS",
  8: "SIGFPE",
  9: "SIGKILL",
  11: "SIGSEGV",
  13: "SIGPIPE",
  14: "SIGALRM",
  15: "SIGTERM",
  25: "SIGXFSZ",
  31: "SIGSYS",
};

/** The signal in an exit code of 128 + n; null for any other code. */
export function signalOf(code: number): string | null {
  return SIGNALS[code - 128] ?? null;
}
