import { run, text_en } from "@stricli/core";
import { createIds, EXIT, interrupted, systemClock, systemRandom } from "../core/mod.ts";
import { buildApp } from "./app.ts";
import { type Cli, reportError } from "./command.ts";
import { write } from "./output.ts";

/** How long a command may take to end after Ctrl-C before the process is ended for it. */
const GRACE_MS = 800;

/** Runs one command line and returns its exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  const interrupt = new AbortController();
  const stop = () => {
    if (interrupt.signal.aborted) Deno.exit(EXIT.interrupted);
    interrupt.abort(interrupted());
    Deno.unrefTimer(setTimeout(() => Deno.exit(EXIT.interrupted), GRACE_MS));
  };
  Deno.addSignalListener("SIGINT", stop);
  Deno.addSignalListener("SIGTERM", stop);

  let exitCode: number = EXIT.ok;
  const cli = createCli(interrupt.signal, (code) => exitCode = code);
  try {
    await run(buildApp(text_en), hoistGlobalFlags(argv), cli);
  } catch (error) {
    return reportError(error, argv.includes("--json"), interrupt.signal);
  }
  // Stricli reports its own refusals (unknown command or flag) as negative codes.
  const refused = Number(cli.process.exitCode ?? 0);
  if (refused < 0) return EXIT.usage;
  return interrupt.signal.aborted ? EXIT.interrupted : exitCode;
}

/** `owllm --json smoke model x` means `owllm smoke model x --json`: flags may come first. */
export function hoistGlobalFlags(argv: readonly string[]): string[] {
  const leading: string[] = [];
  let index = 0;
  for (; index < argv.length; index++) {
    const word = argv[index] ?? "";
    if (word === "--state" || word === "--config") leading.push(word, argv[++index] ?? "");
    else if (/^--(json|quiet|verbose|no-color|color|(state|config)=.*)$/.test(word)) {
      leading.push(word);
    } else break;
  }
  const rest = argv.slice(index);
  const end = rest.indexOf("--");
  return end < 0 ? [...rest, ...leading] : [...rest.slice(0, end), ...leading, ...rest.slice(end)];
}

function createCli(signal: AbortSignal, setExitCode: (code: number) => void): Cli {
  const stream = (target: typeof Deno.stdout | typeof Deno.stderr) => ({
    write: (text: string) => write(target, text),
    getColorDepth: () => 1,
  });
  return {
    process: { stdout: stream(Deno.stdout), stderr: stream(Deno.stderr) },
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
