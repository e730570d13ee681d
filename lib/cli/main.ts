import { run } from "@stricli/core";
import { createIds, EXIT, interrupted, systemClock, systemRandom } from "../core/mod.ts";
import { buildApp } from "./app.ts";
import { normalizeArguments } from "./arguments.ts";
import { type Cli, reportError } from "./command.ts";
import { complete } from "./complete.ts";
import { dropGrants } from "./grants.ts";
import { write } from "./output.ts";
import { refusal } from "./refusal.ts";

/** `deno task` passes the terminal's Ctrl-C on, so that one press arrives twice within this time. */
const ECHO_MS = 250;

/** How long a command may take to end after Ctrl-C before the process is ended for it. */
const GRACE_MS = 800;

/** The parser's exit codes for a command line that is wrong. */
const REFUSED: readonly number[] = [-5, -4]; // unknown command, wrong arguments

/** Runs one command line and returns its exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  const interrupt = new AbortController();
  let firstMs: number | undefined;
  const stop = () => {
    const now = systemClock.monotonic();
    if (firstMs !== undefined) {
      if (now - firstMs > ECHO_MS) Deno.exit(EXIT.interrupted);
      return;
    }
    firstMs = now;
    interrupt.abort(interrupted());
    Deno.unrefTimer(setTimeout(() => Deno.exit(EXIT.interrupted), GRACE_MS));
  };
  Deno.addSignalListener("SIGINT", stop);
  Deno.addSignalListener("SIGTERM", stop);

  let exitCode: number = EXIT.ok;
  const complaints: string[] = [];
  const cli = createCli(interrupt.signal, complaints, (code) => exitCode = code);
  const app = buildApp();
  const json = argv.includes("--json");
  try {
    const words = normalizeArguments(argv);
    await dropGrants(argv[0] === "complete" ? argv : words);
    if (argv[0] === "complete") {
      await complete(app, argv.slice(1), cli);
      return EXIT.ok;
    }
    await run(app, words, cli);
    const code = Number(cli.process.exitCode ?? 0);
    if (REFUSED.includes(code)) throw refusal(app, words, complaints.join("\n"));
    if (code !== 0) throw new Error(complaints.join("\n"));
  } catch (error) {
    return reportError(error, json, cli);
  }
  return interrupt.signal.aborted ? EXIT.interrupted : exitCode;
}

/** The parser writes to stderr only when it refuses; its words are kept to be put better. */
function createCli(
  signal: AbortSignal,
  complaints: string[],
  setExitCode: (code: number) => void,
): Cli {
  return {
    process: {
      stdout: { write: (text: string) => write(Deno.stdout, text), getColorDepth: () => 1 },
      stderr: { write: (text: string) => complaints.push(text), getColorDepth: () => 1 },
    },
    clock: systemClock,
    ids: createIds(() => systemClock.now(), systemRandom),
    random: systemRandom,
    signal,
    cwd: Deno.cwd(),
    env: readEnv,
    setExitCode,
  };
}

function readEnv(name: string): string | undefined {
  try {
    return Deno.env.get(name);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return undefined;
    throw error;
  }
}
