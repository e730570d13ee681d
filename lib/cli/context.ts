import type { CommandContext } from "@stricli/core";
import type { Clock, Ids, Random } from "../core/mod.ts";

/** What the process gives a command; everything that is not an argument. */
export interface Cli extends CommandContext {
  readonly process: CommandContext["process"] & { exitCode?: number | string | null };
  readonly clock: Clock;
  readonly ids: Ids;
  readonly random: Random;
  /** Aborts on Ctrl-C and SIGTERM; a command passes it to every long call. */
  readonly signal: AbortSignal;
  readonly cwd: string;
  /** An environment variable; undefined when unset or not on the list of grants. */
  env(name: string): string | undefined;
  /** Set by a command that ends without an error but not with 0. */
  setExitCode(code: number): void;
}

/** The flags that every command has. */
export interface GlobalFlags {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** Undefined unless `--color` or `--no-color` was given. */
  readonly color?: boolean;
  readonly state?: string;
  readonly config?: string;
}
