import { createHash } from "node:crypto";
import { OwllmError } from "../core/mod.ts";
import { findProgram, runHostProgram } from "../sandbox/mod.ts";
import { hostTarget, type Target } from "./targets.ts";

const BUILD_TIMEOUT_MS = 10 * 60 * 1000;

/** Where a build works and what it builds from. */
export interface BuildContext {
  /** Root of the checkout, absolute, without a slash at the end. */
  readonly root: string;
  /** A scratch directory of this build. */
  readonly work: string;
  readonly signal: AbortSignal;
}

/** The files of the program, unpacked, and as one archive. */
export interface Payload {
  readonly archive: Uint8Array;
  readonly sha256: string;
  /** Names of the files, in the order of `sizes`. */
  readonly files: readonly string[];
  /** In bytes. */
  readonly sizes: readonly number[];
}

/** Makes the payload for a target: runtime, bundle, engine. */
export async function makePayload(context: BuildContext, target: Target): Promise<Payload> {
  const program = `${context.work}/program`;
  await Deno.mkdir(program, { recursive: true });
  await bundle(context, ["--code-splitting", "--outdir", program], "main.ts");
  const worker = ["--output", `${program}/engine_worker.js`];
  await bundle(context, worker, "lib/models/embedded/worker.ts");
  const wasm = new URL(import.meta.resolve("@wllama/wllama/esm/wasm/wllama.wasm"));
  await Deno.copyFile(wasm, `${program}/wllama.wasm`);
  await Deno.copyFile(`${context.root}/LICENSE`, `${program}/LICENSE`);
  await Deno.copyFile(await runtimeOf(context, target), `${program}/deno`);
  await Deno.chmod(`${program}/deno`, 0o700);
  const files = (await Array.fromAsync(Deno.readDir(program), ({ name }) => name)).sort();
  const sizes = await Promise.all(
    files.map(async (name) => (await Deno.stat(`${program}/${name}`)).size),
  );
  const path = `${context.work}/payload.tar.gz`;
  // No owner, no time: the same program gives the same archive.
  const same = ["--sort=name", "--owner=0", "--group=0", "--numeric-owner", "--mtime=@0"];
  await run(context, "tar", [...same, "-I", "gzip -9n", "-cf", path, "-C", program, "."]);
  const archive = await Deno.readFile(path);
  return { archive, sha256: createHash("sha256").update(archive).digest("hex"), files, sizes };
}

async function bundle(
  { root, signal }: BuildContext,
  output: readonly string[],
  entry: string,
): Promise<void> {
  const args = ["bundle", "--quiet", "--platform", "deno", "--minify", ...output, entry];
  const env = inherited();
  const result = await runHostProgram(
    {
      program: Deno.execPath(),
      args,
      cwd: root,
      env,
      maxOutputBytes: 1e6,
      timeoutMs: BUILD_TIMEOUT_MS,
    },
    signal,
  );
  if (result.code !== 0) throw stepFailed(`deno bundle ${entry}`, result.stderr);
}

/** The runtime's binary: our own for this machine, else out of the npm package. */
async function runtimeOf(context: BuildContext, target: Target): Promise<string> {
  if (target.name === hostTarget().name) return Deno.execPath();
  const spec = target.runtimePackage;
  const listed = await run(context, "npm", [
    "pack",
    "--silent",
    "--pack-destination",
    context.work,
    spec,
  ]);
  const archive = `${context.work}/${listed.trim().split("\n").at(-1)}`;
  await run(context, "tar", ["-xzf", archive, "-C", context.work]);
  return `${context.work}/package/deno`;
}

async function run(
  { work, signal }: BuildContext,
  name: string,
  args: readonly string[],
): Promise<string> {
  const program = await findProgram(name, Deno.env.get("PATH"));
  if (program === undefined) throw stepFailed(name, `There is no "${name}" on the PATH`);
  const result = await runHostProgram(
    {
      program,
      args,
      cwd: work,
      env: inherited(),
      maxOutputBytes: 1e6,
      timeoutMs: BUILD_TIMEOUT_MS,
    },
    signal,
  );
  if (result.code !== 0) throw stepFailed(`${name} ${args[0]}`, result.stderr);
  return result.stdout;
}

function inherited(): Record<string, string> {
  return { ...Deno.env.toObject(), NO_COLOR: "1" };
}

function stepFailed(step: string, said: string): OwllmError {
  const lines = said.split("\n").map((one) => one.trim()).filter((one) => one !== "");
  const line = lines.find((one) => /No matching version/.test(one)) ?? lines.at(-1) ?? "";
  return new OwllmError({ code: "failed", message: `"${step}" failed: ${line}` });
}
