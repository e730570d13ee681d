/** Starts of the built file, whole processes. */
import { builtFile } from "../support/built.ts";
import { startScriptedServer } from "../support/scripted/mod.ts";
import type { Figure } from "./main.ts";
import { inTurn } from "./median.ts";

const RUNS = 15;

/** Start-up beside a bare start of the runtime, and peak memory; empty without a built file. */
export async function startFigures(): Promise<Figure[]> {
  const built = await builtFile();
  if (!built.there) {
    Deno.stderr.writeSync(new TextEncoder().encode(`skipped starts: ${built.reason}\n`));
    return [];
  }
  const home = await Deno.makeTempDir();
  const run = async (program: string, ...args: string[]) => {
    const env = { HOME: home, PATH: Deno.env.get("PATH") ?? "", DENO_NO_UPDATE_CHECK: "1" };
    const command = new Deno.Command(program, {
      args,
      env,
      clearEnv: true,
      stdout: "null",
      stderr: "null",
    });
    const child = command.spawn();
    const peak = peakKib(child.pid);
    await child.status;
    return await peak;
  };
  try {
    await run(built.part, "--version");
    const bare = () => run(Deno.execPath(), "--version");
    const version = await inTurn(RUNS, () => run(built.part, "--version"), bare);
    const help = await inTurn(RUNS, () => run(built.part, "smoke", "--help"), bare);
    await using server = await startScriptedServer({ dialect: "ollama", latencyMs: 20 });
    const memory = await run(built.part, "smoke", "model", `${server.url}#scripted:7b`);
    return [
      start("start of owllm --version", version),
      start("start of owllm smoke --help", help),
      { name: "peak memory of a quick smoke", unit: "MB", value: memory / 1000, aim: 130 },
    ];
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

function start(name: string, { a, b }: { readonly a: number; readonly b: number }): Figure {
  return { name, unit: "ms", value: a, aim: 100, reference: { name: "bare runtime", value: b } };
}

/** The most memory a process had, read from Linux while it runs; 0 elsewhere. */
async function peakKib(pid: number): Promise<number> {
  let peak = 0;
  while (true) {
    try {
      const status = await Deno.readTextFile(`/proc/${pid}/status`);
      const now = Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? Number.NaN);
      if (Number.isNaN(now)) return peak; // A zombie has no memory.
      peak = Math.max(peak, now);
    } catch {
      return peak; // It ended.
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
