/**
 * Builds owllm as one file: `deno task build [--target NAME]…`, `deno task compile`,
 * `deno task release-check`.
 */
import { exitCodeFor, messageOf, OwllmError } from "../core/mod.ts";
import { runHostProgram } from "../sandbox/mod.ts";
import { makeExecutable, VERSION } from "./executable.ts";
import { type BuildContext, makePayload } from "./payload.ts";
import { checkRelease } from "./release_check.ts";
import { hostTarget, type Target, targetByName } from "./targets.ts";

/** How long `deno compile` may look for its base, in milliseconds. */
const COMPILE_TIMEOUT_MS = 60_000;

const root = decodeURIComponent(new URL("../../", import.meta.url).pathname).replace(/\/$/, "");
const dist = `${root}/dist`;

function say(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}

/** The file of a target; this machine's has the plain name. */
function fileOf(target: Target): string {
  return target.name === hostTarget().name ? `${dist}/owllm` : `${dist}/owllm-${target.name}`;
}

/** Builds the self-extracting file of a target and, on its own kind of machine, runs it. */
async function build(target: Target, signal: AbortSignal): Promise<void> {
  const work = await Deno.makeTempDir({ prefix: "owllm-build-" });
  try {
    const context: BuildContext = { root, work, signal };
    const payload = await makePayload(context, target);
    const launcher = await Deno.readTextFile(`${root}/lib/build/launcher.sh`);
    await Deno.mkdir(dist, { recursive: true });
    const path = fileOf(target);
    await Deno.writeFile(`${path}.new`, makeExecutable(launcher, payload, target));
    await Deno.chmod(`${path}.new`, 0o755);
    await Deno.rename(`${path}.new`, path);
    const { size } = await Deno.stat(path);
    say(`${path}: self-extracting, ${target.name}, ${(size / 1e6).toFixed(1)} MB`);
    if (target.name === hostTarget().name) await proveItIsOwllm(path, signal);
    else say(`  not run: this machine is ${hostTarget().name}`);
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

/** A runtime without its program prints something else: `deno compile` can make such a file. */
async function proveItIsOwllm(path: string, signal: AbortSignal): Promise<void> {
  const version = await output(path, ["--version"], signal);
  if (version.trim() !== VERSION) throw notOwllm(path, `--version printed "${version.trim()}"`);
  const probes = await output(path, ["smoke", "model", "--list", "--json"], signal);
  if (!probes.includes('"gen.basic"')) throw notOwllm(path, "it lists no probes");
  const weights = await output(path, ["models", "pull", "smollm2", "--quiet"], signal)
    .catch(() => undefined); // Without a package client the engine cannot be tried.
  if (weights === undefined) return say(`  runs: owllm ${VERSION} (no weights to try the engine)`);
  const smoke = ["smoke", "model", "builtin", "--probe", "gen.basic", "--json", "--quiet"];
  const report = JSON.parse(await output(path, smoke, signal)) as { generate_ok?: boolean };
  if (report.generate_ok !== true) throw notOwllm(path, "the built-in engine does not answer");
  say(`  runs: owllm ${VERSION}, the built-in engine answers`);
}

async function output(path: string, args: string[], signal: AbortSignal): Promise<string> {
  const result = await runHostProgram({
    program: path,
    args,
    cwd: root,
    env: { ...Deno.env.toObject(), NO_COLOR: "1" },
    maxOutputBytes: 1e6,
    timeoutMs: 180_000,
  }, signal);
  if (result.code > 1) {
    throw notOwllm(path, `${args[0]} ended with ${result.code}: ${result.stderr.trim()}`);
  }
  return result.stdout;
}

function notOwllm(path: string, why: string): OwllmError {
  return new OwllmError({ code: "failed", message: `"${path}" is not owllm: ${why}` });
}

/** Tries `deno compile`, whose base must be fetched; false when it cannot be had. */
async function compile(signal: AbortSignal): Promise<boolean> {
  const path = `${dist}/owllm`;
  const fresh = `${path}.compiled`;
  const args = [
    "compile",
    "--quiet",
    "--no-prompt",
    "-P=owllm",
    "--include",
    "lib/models/embedded/worker.ts",
    "--output",
    fresh,
    "main.ts",
  ];
  // DENORT_BIN can name a whole runtime: that gives a file which is no owllm and has every grant.
  const { DENORT_BIN: _, ...environment } = Deno.env.toObject();
  const env = { ...environment, NO_COLOR: "1" };
  const spec = {
    program: Deno.execPath(),
    args,
    cwd: root,
    env,
    maxOutputBytes: 1e5,
    timeoutMs: COMPILE_TIMEOUT_MS,
  };
  const { code, stderr } = await runHostProgram(spec, signal);
  if (code !== 0) {
    say(`deno compile: its base cannot be had (${deepestCause(stderr)})`);
    return false;
  }
  await Deno.rename(fresh, path);
  say(`${path}: compiled, ${hostTarget().name}`);
  await proveItIsOwllm(path, signal);
  return true;
}

/** Of Deno's numbered causes the last. */
function deepestCause(stderr: string): string {
  const [said = ""] = stderr.split("Stack backtrace");
  return said.trim().split("\n").at(-1)?.replace(/^\s*\d+: /, "") ?? "no reason given";
}

async function main([job, ...args]: readonly string[]): Promise<void> {
  const { signal } = new AbortController();
  switch (job) {
    case "build": {
      const names = args.filter((word) => word !== "--target");
      const targets = names.length === 0
        ? [hostTarget()]
        : names.map((name) => targetByName(name.replace(/^--target=/, "")));
      for (const target of targets) {
        if (target.name === hostTarget().name && await compile(signal)) continue;
        await build(target, signal);
      }
      return;
    }
    case "compile":
      if (!await compile(signal)) {
        throw new OwllmError({
          code: "unreachable",
          message: "deno compile cannot fetch its base on this machine",
          recoverySuggestion: "deno task build makes the self-extracting form",
        });
      }
      return;
    case "release-check":
      for (const line of await checkRelease(dist, VERSION)) say(line);
      return;
    default:
      throw new OwllmError({ code: "usage", message: `There is no build job "${job}"` });
  }
}

try {
  await main(Deno.args);
} catch (error) {
  const fix = error instanceof OwllmError ? error.recoverySuggestion : undefined;
  say(`build: ${messageOf(error)}${fix === undefined ? "" : `\n  ${fix}`}`);
  Deno.exit(exitCodeFor(error));
}
