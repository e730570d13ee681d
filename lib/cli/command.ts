import {
  buildCommand,
  type Command,
  type FlagParametersForType,
  type TypedPositionalParameters,
} from "@stricli/core";
import { EXIT, exitCodeFor, OwllmError } from "../core/mod.ts";
import type { Cli, GlobalFlags } from "./context.ts";
import { createOutput, harmlessJson, type Output, write } from "./output.ts";
import { verbatim } from "./text_width.ts";

export type { Cli, GlobalFlags } from "./context.ts";

const text = (value: string): string => value;

/** The parameters of {@linkcode GlobalFlags}. */
export const GLOBAL_FLAGS: FlagParametersForType<GlobalFlags, Cli> = {
  json: {
    kind: "boolean",
    brief: "Print one JSON document on stdout",
    default: false,
    withNegated: false,
  },
  state: {
    kind: "parsed",
    parse: text,
    brief: "Directory of the state file",
    optional: true,
    placeholder: "DIR",
  },
  config: {
    kind: "parsed",
    parse: text,
    brief: "Project file to use instead of ./owllm.toml",
    optional: true,
    placeholder: "FILE",
  },
  quiet: {
    kind: "boolean",
    brief: "No progress and no remarks on stderr",
    default: false,
    withNegated: false,
  },
  verbose: { kind: "boolean", brief: "More remarks on stderr", default: false, withNegated: false },
  color: { kind: "boolean", brief: "Colour on a terminal (also NO_COLOR)", optional: true },
};

/** What a command's `run` gets. */
export interface Run<F> {
  readonly cli: Cli;
  readonly out: Output;
  readonly flags: F & GlobalFlags;
}

/** One command: what `--help` says, what it takes, and what it does. */
export interface CommandSpec<
  F extends Readonly<Record<string, unknown>>,
  A extends readonly (string | undefined)[],
> {
  readonly brief: string;
  /** Paragraphs under the usage line. */
  readonly description?: string;
  /** Lines that can be pasted. */
  readonly examples: readonly string[];
  readonly flags: FlagParametersForType<F, Cli>;
  readonly positional: TypedPositionalParameters<A, Cli>;
  /** Heavy rooms are imported inside, so that other commands start without them. */
  run(run: Run<F>, ...args: A): Promise<void>;
}

/** Builds a command that prints errors as owllm does and sets the exit code. */
export function defineCommand<
  F extends Readonly<Record<string, unknown>> = Readonly<Record<never, never>>,
  A extends readonly (string | undefined)[] = [],
>(
  spec: CommandSpec<F, A>,
): Command<Cli> {
  const examples = spec.examples.map((line) => `  ${line}`).join("\n");
  return buildCommand<F & GlobalFlags, A, Cli>({
    docs: {
      brief: spec.brief,
      fullDescription: [spec.brief, wrapText(spec.description ?? ""), `EXAMPLES\n${examples}`]
        .filter(Boolean).join("\n\n"),
    },
    parameters: {
      // A spread of two generic mapped types is one TypeScript cannot see through.
      flags: { ...spec.flags, ...GLOBAL_FLAGS } as unknown as FlagParametersForType<
        F & GlobalFlags,
        Cli
      >,
      positional: spec.positional,
    },
    async func(this: Cli, flags: F & GlobalFlags, ...args: A): Promise<void> {
      const out = createOutput({ ...flags, color: await wantsColor(this, flags) });
      try {
        await spec.run({ cli: this, out, flags }, ...args);
      } catch (error) {
        this.setExitCode(reportError(error, out.json, this));
      }
    },
  });
}

/** Breaks paragraphs at blanks, so that help fits a terminal of 80 columns. */
function wrapText(text: string): string {
  return text.replaceAll(/(?![^\n]{1,80}$)([^\n]{1,80}) +/gm, "$1\n");
}

/** Whether text on a terminal may be coloured: by flag, environment or configuration. */
async function wantsColor(cli: Cli, flags: GlobalFlags): Promise<boolean> {
  if (!Deno.stdout.isTerminal() || cli.env("TERM") === "dumb") return false;
  if (flags.color !== undefined) return flags.color;
  try {
    const { loadSettings } = await import("./load.ts");
    return (await loadSettings(cli, flags)).settings.output.color;
  } catch (error) {
    // A command that needs the configuration will say what is wrong with it.
    if (error instanceof OwllmError) return false;
    throw error;
  }
}

/**
 * Tells the person what went wrong and returns the exit code. Under `--json` the error is the
 * document on stdout. An error that is not an {@linkcode OwllmError} is a bug and says so; OWLLM_DEBUG shows where it
 * came from.
 */
export function reportError(
  thrown: unknown,
  json: boolean,
  cli: Partial<Pick<Cli, "signal" | "env">> = {},
): number {
  const error = cli.signal?.aborted ? cli.signal.reason : thrown;
  const known = error instanceof OwllmError ? error : new OwllmError({
    code: "failed",
    message: `Unexpected error: ${error instanceof Error ? error.message : String(error)}`,
    recoverySuggestion: "Please report this with the command and OWLLM_DEBUG=1",
  });
  if (json) write(Deno.stdout, `${harmlessJson({ error: known })}\n`);
  if (known !== error && (cli.env?.("OWLLM_DEBUG") ?? "") !== "") {
    write(Deno.stderr, `${error instanceof Error ? error.stack : String(error)}\n`);
  }
  const fix = known.recoverySuggestion;
  const said = `owllm: ${known.message}\n${fix === undefined ? "" : `  ${fix}\n`}`;
  // Ids and texts of others stand in messages too.
  write(Deno.stderr, said.split("\n").map(verbatim).join("\n"));
  return exitCodeFor(known) || EXIT.failed;
}
