/**
 * What went wrong, as a stable word. Callers switch on it; people read the message.
 *
 * - `usage`, `config`: the person gave something wrong (exit 2)
 * - `unreachable`, `timeout`: something needed does not answer (exit 3)
 * - `denied`: a policy, a grant or a file permission says no (exit 4)
 * - `not_found`: a named thing is not there (exit 2)
 * - `model`: the server answered with an error of its own (exit 1)
 * - `protocol`: the server answered with something that is not its protocol (exit 1)
 * - `state`: the state file cannot be used (exit 1)
 * - `failed`: a check or a job failed (exit 1)
 * - `interrupted`: Ctrl-C or a signal (exit 130)
 */
export type ErrorCode =
  | "usage"
  | "config"
  | "not_found"
  | "unreachable"
  | "timeout"
  | "denied"
  | "model"
  | "protocol"
  | "state"
  | "failed"
  | "interrupted";

/** Facts about an error that a program may want: paths, values, HTTP status. Never a secret. */
export type ErrorContext = Readonly<Record<string, string | number | boolean | null>>;

/** What {@linkcode OwllmError} is built from. */
export interface OwllmErrorOptions {
  readonly code: ErrorCode;
  /** One sentence, upper-case start, no final period, values quoted. */
  readonly message: string;
  readonly context?: ErrorContext;
  /** The way out: what to type or change. */
  readonly recoverySuggestion?: string;
  /** The tool that failed, where the error goes back to a model. */
  readonly tool?: string;
  readonly cause?: unknown;
}

/** The one error type of owllm. Everything else that is thrown is a bug. */
export class OwllmError extends Error {
  readonly code: ErrorCode;
  readonly context: ErrorContext;
  readonly recoverySuggestion: string | undefined;
  readonly tool: string | undefined;

  constructor(options: OwllmErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "OwllmError";
    this.code = options.code;
    this.context = options.context ?? {};
    this.recoverySuggestion = options.recoverySuggestion;
    this.tool = options.tool;
  }

  /** The shape that `--json` prints and tools return to a model. */
  toJSON(): Record<string, unknown> {
    return {
      code: this.code,
      message: this.message,
      context: this.context,
      ...(this.tool === undefined ? {} : { tool: this.tool }),
      ...(this.recoverySuggestion === undefined
        ? {}
        : { recovery_suggestion: this.recoverySuggestion }),
    };
  }
}

/** Exit codes of the command line; see the table in the README. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  unreachable: 3,
  denied: 4,
  interrupted: 130,
} as const;

const EXIT_BY_CODE: Readonly<Record<ErrorCode, number>> = {
  usage: EXIT.usage,
  config: EXIT.usage,
  not_found: EXIT.usage,
  unreachable: EXIT.unreachable,
  timeout: EXIT.unreachable,
  denied: EXIT.denied,
  model: EXIT.failed,
  protocol: EXIT.failed,
  state: EXIT.failed,
  failed: EXIT.failed,
  interrupted: EXIT.interrupted,
};

/** The exit code for anything that was thrown; an unknown error is a failure (1). */
export function exitCodeFor(error: unknown): number {
  return error instanceof OwllmError ? EXIT_BY_CODE[error.code] : EXIT.failed;
}

/** The text of anything that was thrown, on one line. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replaceAll(/\s+/g, " ").trim();
}
