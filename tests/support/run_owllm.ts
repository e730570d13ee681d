import { ROOT } from "./sources.ts";

/** How {@linkcode runOwllm} starts the program. */
export interface RunOwllmOptions {
  /** Added to a bare environment of PATH, HOME and the Deno cache. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Text for stdin; without it stdin is closed. */
  readonly stdin?: string;
  /** HOME of the child; a fresh temporary directory, removed afterwards, when left out. */
  readonly home?: string;
  /** Kills the child after this many milliseconds; 60,000 when left out. */
  readonly timeoutMs?: number;
}

/** How the program ended and what it said. */
export interface OwllmRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The words that start `main.ts` with the grants of the task `owllm`. */
export const OWLLM_ARGS: readonly string[] = [
  "run",
  "--quiet",
  "--no-prompt",
  "--config",
  new URL("deno.json", ROOT).pathname,
  "-P=owllm",
  new URL("main.ts", ROOT).pathname,
];

/** A bare environment for a child: nothing of the person's own settings leaks into a test. */
export function bareEnv(home: string): Record<string, string> {
  const denoDir = Deno.env.get("DENO_DIR") ??
    `${Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME")}/.cache`}/deno`;
  return { PATH: Deno.env.get("PATH") ?? "", HOME: home, DENO_DIR: denoDir };
}

/** Runs the real `main.ts` in a child process, with the grants of the task `owllm`. */
export async function runOwllm(
  args: readonly string[],
  options: RunOwllmOptions = {},
): Promise<OwllmRun> {
  const home = options.home ?? await Deno.makeTempDir({ prefix: "owllm-home-" });
  try {
    const child = new Deno.Command(Deno.execPath(), {
      args: [...OWLLM_ARGS, ...args],
      cwd: options.cwd ?? home,
      env: { ...bareEnv(home), ...options.env },
      clearEnv: true,
      stdin: options.stdin === undefined ? "null" : "piped",
      stdout: "piped",
      stderr: "piped",
      signal: AbortSignal.timeout(options.timeoutMs ?? 60_000),
    }).spawn();
    if (options.stdin !== undefined) {
      const writer = child.stdin.getWriter();
      await writer.write(new TextEncoder().encode(options.stdin));
      await writer.close();
    }
    const { code, stdout, stderr } = await child.output();
    const decoder = new TextDecoder();
    return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  } finally {
    if (options.home === undefined) await Deno.remove(home, { recursive: true });
  }
}
