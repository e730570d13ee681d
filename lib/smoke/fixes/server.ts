import type { FixTable, FixTarget } from "../fixes.ts";
import {
  curlJson,
  llamaServer,
  lmsLoad,
  ollama,
  ollamaServe,
  quote,
  vllmServe,
} from "./commands.ts";

const portOf = ({ baseUrl }: FixTarget) => new URL(baseUrl).port || "80";

const whoListens = (target: FixTarget) => `ss -ltnp 'sport = :${portOf(target)}'`;

/** Nothing listens, or what listens does not answer: start the server. */
export const START_SERVER: FixTable = {
  ollama: (target) => ollamaServe(target),
  llama_cpp: (target) => llamaServer(target, "--jinja"),
  vllm: (target) => vllmServe(target, ""),
  lm_studio: (target) => `lms server start --port ${portOf(target)}`,
  openai_compatible: (target) => whoListens(target),
  builtin: "owllm models pull smollm2",
};

/** Another program has the port: see which. */
export const WHO_OWNS_THE_PORT: FixTable = {
  ollama: whoListens,
  llama_cpp: whoListens,
  vllm: whoListens,
  lm_studio: whoListens,
  openai_compatible: whoListens,
  builtin: "owllm doctor",
};

/** The server's version has a known bug. */
export const UPGRADE_SERVER: FixTable = {
  ollama: "curl -fsSL https://ollama.com/install.sh | sh",
  llama_cpp: "git -C llama.cpp pull && cmake --build llama.cpp/build --target llama-server",
  vllm: "uv pip install --upgrade vllm",
  lm_studio: "LM Studio > Help > Check for updates",
  openai_compatible: "Update the server's program, then: owllm smoke model",
  builtin: "Update owllm: the engine travels inside it",
};

/** The id is unknown to the server. `nearest`: a name it knows that is close, if any. */
export const GET_MODEL: FixTable<{ readonly nearest: string | undefined }> = {
  ollama: (target, { nearest }) =>
    nearest === undefined
      ? ollama(target, `pull ${quote(target.model)}`)
      : `owllm smoke model ${quote(nearest)}  # or: ${
        ollama(target, `pull ${quote(target.model)}`)
      }`,
  llama_cpp: (target, { nearest }) => useOr(nearest, llamaServer(target, "--jinja")),
  vllm: (target, { nearest }) => useOr(nearest, vllmServe(target, "")),
  lm_studio: (target, { nearest }) => useOr(nearest, `lms get ${quote(target.model)}`),
  openai_compatible: (_, { nearest }) => useOr(nearest, "owllm models list"),
  builtin: "owllm models pull smollm2",
};

function useOr(nearest: string | undefined, otherwise: string): string {
  return nearest === undefined ? otherwise : `owllm smoke model ${quote(nearest)}`;
}

/** The server answers under any name: give the model a name that can be checked. */
export const NAME_MODELS: FixTable = {
  ollama: (target) => ollama(target, "list"),
  llama_cpp: (target) => llamaServer(target, `--alias ${quote(nameOf(target))}`),
  vllm: (target) => vllmServe(target, `--served-model-name ${quote(nameOf(target))}`),
  lm_studio: (target) => `lms load ${quote(target.model)} --identifier ${quote(nameOf(target))}`,
  openai_compatible: (target) => `curl -s ${target.baseUrl}/v1/models`,
  builtin: "owllm models list",
};

/** `/models/SmolLM2.Q4.gguf` -> `SmolLM2.Q4` */
function nameOf({ model }: FixTarget): string {
  return model.split("/").at(-1)?.replace(/\.gguf$/, "") || model;
}

/** The server's own log shows more than its answer. */
export const READ_LOG: FixTable = {
  ollama: "journalctl -u ollama -n 50 --no-pager || tail -n 50 ~/.ollama/logs/server.log",
  llama_cpp: (target) => llamaServer(target, "--verbose"),
  vllm: (target) => `VLLM_LOGGING_LEVEL=DEBUG ${vllmServe(target, "")}`,
  lm_studio: "lms log stream",
  openai_compatible: "Read the server's log at this moment",
  builtin: (target) => `owllm smoke model ${quote(target.model)} --verbose`,
};

/** Listens for the whole network: bind to this machine only. */
export const BIND_LOOPBACK: FixTable = {
  ollama: (target) => `OLLAMA_HOST=127.0.0.1:${portOf(target)} ollama serve`,
  llama_cpp: (target) => llamaServer(target, "--host 127.0.0.1"),
  vllm: (target) => vllmServe(target, "--host 127.0.0.1"),
  lm_studio: (target) =>
    `lms server stop; lms server start --bind 127.0.0.1 --port ${portOf(target)}`,
  openai_compatible: (target) => `Start the server with --host 127.0.0.1 --port ${portOf(target)}`,
  builtin: "owllm doctor",
};

/** One request at a time, so that answers do not depend on what else runs. */
export const ONE_AT_A_TIME: FixTable = {
  ollama: (target) => ollamaServe(target, "OLLAMA_NUM_PARALLEL=1"),
  llama_cpp: (target) => llamaServer(target, "-np 1"),
  vllm: (target) => vllmServe(target, "--max-num-seqs 1"),
  lm_studio: (target) => lmsLoad(target, "--parallel 1"),
  openai_compatible: "Start the server with one slot (no parallel requests)",
  builtin: "owllm trace replay RUN",
};

/** Only the compatible route of Ollama is at fault. */
export const USE_NATIVE_ROUTE: FixTable = {
  ollama: (target) => curlJson(target, "/api/chat", {}),
  llama_cpp: "owllm doctor",
  vllm: "owllm doctor",
  lm_studio: "owllm doctor",
  openai_compatible: "owllm doctor",
  builtin: "owllm doctor",
};
