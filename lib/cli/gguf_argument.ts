import { formatBytes, OwllmError, withTimeout } from "../core/mod.ts";
import type { LoadedConfig } from "../config/mod.ts";
import type { Cli } from "./context.ts";
import { printable } from "./text_width.ts";

/** What `--gguf` takes. */
export const GGUF_HELP =
  "--gguf takes a file, a blob that Ollama holds (~/.ollama/models/blobs/sha256-…), or ollama:NAME.";

const OLLAMA_PREFIX = "ollama:";

/** How long Ollama may take to say where its weights are, in milliseconds. */
const ASK_TIMEOUT_MS = 5_000;

/** Checked weights. */
export interface GgufArgument {
  /** Absolute. */
  readonly path: string;
  /** What the file says of itself, for people. */
  readonly said: string;
}

/**
 * The file behind the argument of `--gguf`, read and checked.
 *
 * @throws `OwllmError` in one sentence for a file that the built-in engine cannot take
 */
export async function ggufOf(
  cli: Cli,
  config: LoadedConfig,
  argument: string,
): Promise<GgufArgument> {
  const { absolutePath } = await import("../config/mod.ts");
  const { readEngineWeights } = await import("../models/mod.ts");
  if (argument === "") throw empty();
  const path = argument.startsWith(OLLAMA_PREFIX)
    ? await blobOf(cli, config, argument.slice(OLLAMA_PREFIX.length))
    : absolutePath(argument, cli.cwd, cli.env("HOME") ?? "");
  const { sizeBytes, architecture, quantization, contextLength, name } = await readEngineWeights(
    path,
  );
  const facts = [
    name ?? architecture,
    quantization,
    formatBytes(sizeBytes),
    contextLength === undefined ? undefined : `context ${contextLength.toLocaleString("en-US")}`,
  ].filter((fact) => fact !== undefined);
  return { path, said: `${printable(facts.join(", "))} for the built-in engine, ${path}` };
}

/** Ollama itself knows best where its weights are; its directories tell when it is not running. */
async function blobOf(cli: Cli, config: LoadedConfig, name: string): Promise<string> {
  const { findOllamaBlob, ollamaDirectories } = await import("../models/mod.ts");
  const asked = await askOllama(cli, config.settings.server.ollamaUrl, name);
  return asked ??
    await findOllamaBlob(name, ollamaDirectories(cli.env, cli.env("HOME") ?? ""));
}

/** Undefined when there is no Ollama, or none that knows the model. */
async function askOllama(cli: Cli, baseUrl: string, name: string): Promise<string | undefined> {
  const { checkHost } = await import("../config/mod.ts");
  const { blobInModelfile, createProvider } = await import("../models/mod.ts");
  if (!checkHost(new URL(baseUrl), cli.env("OWLLM_ALLOW_NET")).ok) return undefined;
  const provider = await createProvider({ kind: "ollama", baseUrl }, cli.clock);
  const limit = withTimeout(cli.signal, ASK_TIMEOUT_MS, baseUrl);
  try {
    const { modelfile } = await provider.describe(name, limit.signal) ?? {};
    return modelfile === undefined ? undefined : blobInModelfile(modelfile);
  } catch (error) {
    cli.signal.throwIfAborted();
    if (error instanceof OwllmError) return undefined; // The directories have the last word.
    throw error;
  } finally {
    limit.cancel();
  }
}

function empty(): OwllmError {
  return new OwllmError({
    code: "usage",
    message: "--gguf names no file",
    recoverySuggestion: "--gguf FILE.gguf   or: --gguf ollama:qwen2.5:0.5b",
  });
}
