import type { FixTarget } from "../fixes.ts";

/** Where Ollama listens unless told otherwise. */
const OLLAMA_PORT = "11434";

/** A word for a POSIX shell, quoted only where it must be. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** `ollama ARGUMENTS`, told which server where it is not at the usual port. */
export function ollama(target: FixTarget, args: string): string {
  const { host, port } = new URL(target.baseUrl);
  return port === OLLAMA_PORT ? `ollama ${args}` : `OLLAMA_HOST=${host} ollama ${args}`;
}

/** Starts Ollama with settings of its environment, e.g. `OLLAMA_CONTEXT_LENGTH=16384`. */
export function ollamaServe(target: FixTarget, environment = ""): string {
  const { host, port } = new URL(target.baseUrl);
  const here = port === OLLAMA_PORT ? "" : `OLLAMA_HOST=${host} `;
  return `${here}${environment === "" ? "" : `${environment} `}ollama serve`;
}

/** The name for a model that is derived from this one: `smollm2:latest` -> `smollm2-SUFFIX`. */
export function derivedName({ model }: FixTarget, suffix: string): string {
  return `${model.replace(/:latest$/, "").replaceAll(":", "-")}-${suffix}`;
}

/**
 * Makes a model derived from this one, with more lines in its Modelfile. `FROM name` keeps template
 * and parameters; a lost capability (ollama#12659) shows in the smoke of the derived model.
 */
export function ollamaDerive(
  target: FixTarget,
  suffix: string,
  lines: readonly string[],
): string {
  const modelfile = [`FROM ${target.model}`, ...lines].join("\\n");
  const create = ollama(target, `create ${quote(derivedName(target, suffix))} -f /dev/stdin`);
  return `printf '${modelfile.replaceAll("'", `'\\''`)}\\n' | ${create}`;
}

/** Starts llama.cpp's server with this model and port and the given flags. */
export function llamaServer(target: FixTarget, flags: string): string {
  const gguf = target.model.endsWith(".gguf") ? quote(target.model) : "MODEL.gguf";
  return `llama-server -m ${gguf} --port ${portOf(target)} ${flags}`.trim();
}

/** Starts vLLM with this model and port and the given flags. */
export function vllmServe(target: FixTarget, flags: string): string {
  return `vllm serve ${quote(target.model)} --port ${portOf(target)} ${flags}`.trim();
}

/** Loads this model into LM Studio with the given flags. */
export function lmsLoad(target: FixTarget, flags: string): string {
  return `lms unload ${quote(target.model)}; lms load ${quote(target.model)} ${flags}`.trim();
}

/** Posts JSON to a route of the server and shows the answer as it comes. */
export function curlJson(
  target: FixTarget,
  path: string,
  body: Readonly<Record<string, unknown>>,
): string {
  const messages = [{ role: "user", content: "hi" }];
  const json = JSON.stringify({ model: target.model, messages, ...body });
  return `curl -sN ${target.baseUrl}${path} -H 'content-type: application/json' -d ${quote(json)}`;
}

function portOf({ baseUrl }: FixTarget): string {
  const { port, protocol } = new URL(baseUrl);
  return port || (protocol === "https:" ? "443" : "80");
}
