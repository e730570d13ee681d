import { type Clock, type Ids, OwllmError, withTimeout } from "../core/mod.ts";
import type { LoadedConfig } from "../config/mod.ts";
import type { DiscoverOptions } from "../models/mod.ts";

/** How long one check may take, in milliseconds: all run at once, and nobody waits for a doctor. */
const CHECK_TIMEOUT_MS = 2_500;

/**
 * What a check found. `warn`: there, but something is wrong with it; `missing`: not there, and
 * owllm works without it; `broken`: owllm itself does not work.
 */
export type CheckStatus = "ok" | "warn" | "missing" | "broken";

/** The outcome of a check. */
export interface CheckResult {
  readonly status: CheckStatus;
  /** What is there, for people; one line. */
  readonly value: string;
  /** Further lines. */
  readonly more?: readonly string[];
  /** A line to paste; there unless all is well. */
  readonly fix?: string;
}

/** What checks look at. */
export interface CheckContext {
  readonly config: LoadedConfig;
  /** Why the configuration could not be loaded; `config` then holds the defaults. */
  readonly configError: OwllmError | undefined;
  readonly lookup: Pick<DiscoverOptions, "addresses" | "apiKey" | "checkHost">;
  env(name: string): string | undefined;
  /** A path as a person would write it. */
  shown(path: string): string;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** One thing that is looked at. */
export interface Check {
  readonly id: string;
  readonly title: string;
  run(context: CheckContext, signal: AbortSignal): Promise<CheckResult>;
}

/** Runs a check to its end in time; what it throws as an error of ours is its result. */
export async function runCheck(
  check: Check,
  context: CheckContext,
  signal: AbortSignal,
): Promise<CheckResult> {
  const limit = withTimeout(signal, CHECK_TIMEOUT_MS, check.title);
  try {
    return await check.run(context, limit.signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof OwllmError)) throw error;
    return { status: "warn", value: error.message, fix: error.recoverySuggestion ?? AGAIN };
  } finally {
    limit.cancel();
  }
}

const AGAIN = "owllm doctor";
