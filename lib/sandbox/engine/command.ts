import type { HostBytes, SpawnSpec } from "../host_process.ts";
import { type CommandResult, signalOf } from "../executor.ts";
import type { Session } from "./session.ts";

/** Between the polite signal and SIGKILL, in ms. */
const GRACE_MS = 2_000;

/** How long the engine may take to tell that a killed command ended, in ms. */
const DEAD_MS = 5_000;

/** Bytes that a command may write before it is ended for it; far over what is kept. */
const MAX_WRITTEN_BYTES = 64 * 1024 * 1024;

/** Changes to the directory inside, so that a missing one is the command's failure. */
const WRAPPER = 'cd -- "$1" || exit 126; shift; exec -- "$@"';

/** A command that ran, unless the session is lost: then somebody has to start another one. */
export type Ran = Omit<CommandResult, "restarted"> & { readonly lost: boolean };

/**
 * Runs one command in a session, and ends all that it started before it returns.
 *
 * @throws the signal's reason when it aborts.
 */
export async function runCommand(
  session: Session,
  spec: SpawnSpec,
  signal: AbortSignal,
): Promise<Ran> {
  signal.throwIfAborted();
  const started = performance.now();
  const stop = new Stop(session, spec.timeoutMs);
  signal.addEventListener("abort", stop.now, { once: true });
  try {
    const { code, stdout, stderr } = await session.exec({
      user: session.worker,
      argv: ["/bin/bash", "-c", WRAPPER, "owllm", spec.cwd, spec.program, ...spec.args],
      environment: spec.env,
      stdin: spec.stdin,
      maxOutputBytes: spec.maxOutputBytes,
      tailBytes: Math.floor(spec.maxOutputBytes / 2),
      // The command's own end is `stop`; this one is for an engine that hangs.
      timeoutMs: spec.timeoutMs + GRACE_MS + 2 * DEAD_MS,
      onBytes: stop.count,
    }, stop.engineSignal).catch(givenUp);
    const durationMs = performance.now() - started;
    const reaped = await session.reap().catch(() => undefined); // Told as `lost`.
    signal.throwIfAborted();
    const refused = reaped !== undefined && isEngines(code, stderr.head) && !await answers(session);
    return {
      code,
      signal: signalOf(code),
      timedOut: stop.timedOut,
      outputLimitHit: stop.outputLimitHit,
      outOfMemory: reaped?.outOfMemory ?? false,
      leftBehind: reaped?.leftBehind ?? 0,
      stdout,
      stderr,
      durationMs,
      lost: reaped === undefined || refused,
    };
  } finally {
    stop.clear();
    signal.removeEventListener("abort", stop.now);
  }
}

/** Whether this may be the engine's own failure. A command may say the same words. */
function isEngines(code: number, stderr: Uint8Array): boolean {
  const said = new TextDecoder().decode(stderr.subarray(0, 100));
  return [1, 125, 126, 127].includes(code) &&
    /^(?:Error response from daemon|OCI runtime|error during connect|Cannot connect)/.test(said);
}

/** Whether commands run at all. */
async function answers(session: Session): Promise<boolean> {
  const signal = AbortSignal.timeout(DEAD_MS);
  const nothing = await session.exec(
    { user: session.worker, argv: ["/bin/bash", "-c", ":"] },
    signal,
  )
    .catch(() => undefined); // No answer either.
  return nothing?.code === 0;
}

/** Ends a command that takes too long, writes too much, or is not wanted any more. */
class Stop {
  timedOut = false;
  outputLimitHit = false;
  #written = 0;
  readonly #timers: ReturnType<typeof setTimeout>[] = [];
  readonly #engine = new AbortController();

  constructor(private readonly session: Session, timeoutMs: number) {
    this.#after(timeoutMs, () => {
      this.timedOut = true;
      this.#signal("TERM");
      this.#after(GRACE_MS, this.now);
    });
  }

  /** Aborts the engine's program when even SIGKILL did not make it return. */
  get engineSignal(): AbortSignal {
    return this.#engine.signal;
  }

  readonly now = (): void => {
    this.#signal("KILL");
    this.#after(DEAD_MS, () => this.#engine.abort(HUNG));
  };

  readonly count = (bytes: number): void => {
    this.#written += bytes;
    if (this.#written <= MAX_WRITTEN_BYTES || this.outputLimitHit) return;
    this.outputLimitHit = true;
    this.now();
  };

  clear(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #after(ms: number, body: () => void): void {
    this.#timers.push(setTimeout(body, ms));
  }

  #signal(order: "TERM" | "KILL"): void {
    // A session that does not answer is found out when the command is reaped.
    this.session.signal(order).catch(() => undefined);
  }
}

/** What is known of a command whose end nobody told. */
function givenUp(error: unknown): HostBytes {
  if (error !== HUNG) throw error;
  const nothing = { head: new Uint8Array(), tail: new Uint8Array(), totalBytes: 0 };
  return { code: 137, signal: null, stdout: nothing, stderr: nothing };
}

/** Why the engine's program was given up. */
const HUNG = new Error("The engine did not return from a command that was killed");
