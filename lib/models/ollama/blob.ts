import { messageOf, OwllmError } from "../../core/mod.ts";

/** The layer of a manifest that is the weights. */
const WEIGHTS_LAYER = "application/vnd.ollama.image.model";

/** `[namespace/]name[:tag]`: nothing that could leave the directory of manifests. */
const NAME = /^(?:([\w-][\w.-]*)\/)?([\w-][\w.-]*)(?::([\w-][\w.-]*))?$/;

/** The weights in the `FROM` line of a Modelfile; undefined when it names no file. */
export function blobInModelfile(modelfile: string): string | undefined {
  return /^FROM\s+(\/\S.*)$/m.exec(modelfile)?.[1]?.trim();
}

/** Where Ollama keeps its models: `OLLAMA_MODELS`, the user's own, that of the Linux service. */
export function ollamaDirectories(
  env: (name: string) => string | undefined,
  home: string,
): string[] {
  const own = env("OLLAMA_MODELS");
  return own?.startsWith("/")
    ? [own]
    : [`${home}/.ollama/models`, "/usr/share/ollama/.ollama/models"];
}

/**
 * The weights of a model of Ollama, found without Ollama in its manifests.
 *
 * @param directories where to look, see {@linkcode ollamaDirectories}
 * @throws {@linkcode OwllmError} `usage` for a name that is none, `not_found` when no directory has it
 */
export async function findOllamaBlob(
  name: string,
  directories: readonly string[],
): Promise<string> {
  const [, namespace = "library", model, tag = "latest"] = NAME.exec(name) ?? [];
  if (model === undefined) {
    throw new OwllmError({
      code: "usage",
      message: `"${name}" is no name of an Ollama model`,
      recoverySuggestion: "Give it as `ollama list` prints it: ollama:qwen2.5-coder:7b",
    });
  }
  for (const directory of directories) {
    const path = `${directory}/manifests/registry.ollama.ai/${namespace}/${model}/${tag}`;
    const text = await textOf(path);
    if (text === undefined) continue;
    return `${directory}/blobs/${(await weightsIn(text, path)).replace(":", "-")}`;
  }
  throw new OwllmError({
    code: "not_found",
    message: `Ollama holds no weights of "${name}" (looked in ${directories.join(", ")})`,
    recoverySuggestion: `ollama pull ${name}   or, with models elsewhere: set OLLAMA_MODELS`,
  });
}

async function weightsIn(text: string, path: string): Promise<string> {
  const { Manifest } = await import("./wire.ts");
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    document = undefined; // The schema below refuses it.
  }
  const manifest = Manifest.safeParse(document);
  const layer = manifest.data?.layers.find(({ mediaType }) => mediaType === WEIGHTS_LAYER);
  if (layer !== undefined) return layer.digest;
  throw new OwllmError({
    code: "protocol",
    message: `"${path}" is no manifest of a model with weights`,
    context: { path },
    recoverySuggestion: "Name the file itself: --gguf ~/.ollama/models/blobs/sha256-…",
  });
}

/** Undefined where there is no file; what may not be read is an error. */
async function textOf(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    const { IsADirectory, NotADirectory, NotFound } = Deno.errors;
    if ([IsADirectory, NotADirectory, NotFound].some((type) => error instanceof type)) {
      return undefined;
    }
    throw new OwllmError({
      code: "denied",
      message: `"${path}" cannot be read: ${messageOf(error)}`,
      context: { path },
      cause: error,
    });
  }
}
