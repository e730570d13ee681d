/**
 * What kind of value a setting takes.
 *
 * - `ports`: a list of TCP ports; comma-separated in the environment
 * - `names`: a list of file names; comma-separated in the environment
 * - `socket`: a socket of this machine as `unix:///…`
 * - `path`: relative to the file it stands in, else to the working directory; `~/` is the home
 * - `variable`: the name of an environment variable
 */
export type ValueKind =
  | "text"
  | "url"
  | "path"
  | "variable"
  | "boolean"
  | "count"
  | "number"
  | "port"
  | "ports"
  | "tier"
  | "model_type"
  | "server_kind"
  | "names"
  | "socket"
  | "sandbox_kind"
  | "workspace_kind";

/** One setting: what it takes, what it is when nobody says, and why one would change it. */
export interface Setting {
  readonly kind: ValueKind;
  /** Undefined: there is none, or it is worked out (`state.dir`). */
  readonly default: string | number | boolean | readonly number[] | readonly string[] | undefined;
  readonly brief: string;
}

/** The words of each kind that is a choice. */
export const CHOICES = {
  tier: ["quick", "standard", "deep"],
  model_type: ["instruct", "base"],
  server_kind: ["ollama", "llama_cpp", "vllm", "lm_studio", "openai_compatible", "builtin"],
  sandbox_kind: ["docker", "podman", "none"],
  workspace_kind: ["copy", "bind"],
} as const;

/** Every setting by its key in the TOML files. The schema, the environment and the docs follow. */
export const SETTINGS = {
  "server.url": {
    kind: "url",
    default: undefined,
    brief: "The model server; without it the ports below are looked at",
  },
  "server.ollama_url": {
    kind: "url",
    default: "http://127.0.0.1:11434",
    brief: "Where Ollama listens; OLLAMA_HOST sets it too",
  },
  "server.ports": {
    kind: "ports",
    default: [8080, 8000, 1234],
    brief: "Ports on 127.0.0.1 to look at: llama.cpp, vLLM, LM Studio",
  },
  "server.api_key_env": {
    kind: "variable",
    default: undefined,
    brief: "Name of the environment variable that holds the server's API key",
  },
  "model.default": {
    kind: "text",
    default: undefined,
    brief: "The model for commands that are given none",
  },
  "smoke.tier": {
    kind: "tier",
    default: "quick",
    brief: "Which probes run: quick, standard (--full) or deep (--deep)",
  },
  "smoke.agent_context_tokens": {
    kind: "count",
    default: 16_384,
    brief: "Context that an agent needs, in tokens",
  },
  "smoke.context_tokens": {
    kind: "count",
    default: undefined,
    brief: "Context to ask servers for (num_ctx), in tokens; without it the server's own",
  },
  "smoke.stall_timeout_ms": {
    kind: "count",
    default: 60_000,
    brief: "Longest silence before a request counts as hung",
  },
  "smoke.request_timeout_ms": {
    kind: "count",
    default: 300_000,
    brief: "Longest that one request may take",
  },
  "smoke.ttft_budget_ms": {
    kind: "count",
    default: 5_000,
    brief: "Budget for the first token of a warm prompt of 1,000 tokens",
  },
  "smoke.min_decode_tok_s": {
    kind: "number",
    default: 8,
    brief: "Decode speed below which a model is too slow for an agent, in tokens per second",
  },
  "smoke.cold_load_budget_ms": {
    kind: "count",
    default: 60_000,
    brief: "Budget for loading the model from disk",
  },
  "builtin.threads": {
    kind: "count",
    default: 1,
    brief: "Threads of the built-in engine; more than one helps only on idle cores",
  },
  "builtin.context_tokens": {
    kind: "count",
    default: 4_096,
    brief: "Context of the built-in engine, in tokens",
  },
  "trace.otlp_endpoint": {
    kind: "url",
    default: undefined,
    brief: "Where traces are also sent, as OTLP/HTTP; OTEL_EXPORTER_OTLP_ENDPOINT sets it too",
  },
  "trace.project": {
    kind: "text",
    default: "owllm",
    brief: "The project under which Phoenix shows the traces",
  },
  "sandbox.kind": {
    kind: "sandbox_kind",
    default: "docker",
    brief:
      "Where commands of a model run: docker, podman, or none (git's reads only, on this machine)",
  },
  "sandbox.docker_host": {
    kind: "socket",
    default: undefined,
    brief: "Socket of the container daemon; without it DOCKER_HOST or the docker context",
  },
  "sandbox.runtime": {
    kind: "text",
    default: undefined,
    brief: "A runtime that the container engine knows, such as runsc (gVisor)",
  },
  "sandbox.image": {
    kind: "text",
    default: undefined,
    brief: "An image to use instead of the one of owllm sandbox build",
  },
  "sandbox.workspace": {
    kind: "workspace_kind",
    default: "copy",
    brief: "copy: changes come back only as a patch; bind: commands write to the repository itself",
  },
  "sandbox.exclude": {
    kind: "names",
    default: [],
    brief: "Names of files and directories that are not copied into the sandbox",
  },
  "sandbox.memory_mb": {
    kind: "count",
    default: 2_048,
    brief: "Memory of the sandbox with all its files, in MiB",
  },
  "sandbox.workspace_mb": {
    kind: "count",
    default: 1_024,
    brief: "Space for the copy of the repository, in MiB; it is in the memory",
  },
  "sandbox.tmp_mb": {
    kind: "count",
    default: 256,
    brief: "Space in /tmp, in MiB; it is in the memory",
  },
  "sandbox.cpus": {
    kind: "number",
    default: 2,
    brief: "Cores that the sandbox may use",
  },
  "sandbox.pids": {
    kind: "count",
    default: 512,
    brief: "Processes and threads at once",
  },
  "sandbox.lifetime_min": {
    kind: "count",
    default: 1_440,
    brief: "Longest life of one sandbox, in minutes",
  },
  "sandbox.command_timeout_ms": {
    kind: "count",
    default: 120_000,
    brief: "Longest that one command may take",
  },
  "sandbox.output_kb": {
    kind: "count",
    default: 256,
    brief: "How much of a command's output is kept, in KiB: its beginning and its end",
  },
  "state.dir": {
    kind: "path",
    default: undefined,
    brief: "Directory of the state file",
  },
  "output.color": {
    kind: "boolean",
    default: true,
    brief: "Colour on a terminal",
  },
} as const satisfies Readonly<Record<string, Setting>>;

/** The key of a setting, e.g. `server.url`. */
export type SettingKey = keyof typeof SETTINGS;

/** All keys, in the order in which they are shown. */
export const SETTING_KEYS = Object.keys(SETTINGS) as readonly SettingKey[];

/** The type of a value of each kind. */
interface KindTypes {
  readonly text: string;
  readonly url: string;
  readonly path: string;
  readonly variable: string;
  readonly boolean: boolean;
  readonly count: number;
  readonly number: number;
  readonly port: number;
  readonly ports: readonly number[];
  readonly tier: (typeof CHOICES)["tier"][number];
  readonly model_type: (typeof CHOICES)["model_type"][number];
  readonly server_kind: (typeof CHOICES)["server_kind"][number];
  readonly names: readonly string[];
  readonly socket: string;
  readonly sandbox_kind: (typeof CHOICES)["sandbox_kind"][number];
  readonly workspace_kind: (typeof CHOICES)["workspace_kind"][number];
}

/** The checked value of every setting by its key; undefined where there is none. */
export type SettingValues = {
  readonly [K in SettingKey]:
    | KindTypes[(typeof SETTINGS)[K]["kind"]]
    | (K extends "state.dir" ? never
      : (typeof SETTINGS)[K]["default"] extends undefined ? undefined
      : never);
};
