import { SETTING_KEYS, type SettingKey, SETTINGS } from "./settings.ts";

/** An environment variable that owllm reads. */
export interface EnvironmentVariable {
  readonly name: string;
  readonly purpose: string;
  /** The setting that it sets, where it sets one. */
  readonly setting?: SettingKey;
}

/** The variable of a setting: `server.api_key_env` is `OWLLM_SERVER_API_KEY_ENV`. */
export function variableOf(key: SettingKey): string {
  return `OWLLM_${key.replaceAll(".", "_").toUpperCase()}`;
}

/** What uv and pip may need of the environment: where to fetch from, through what, trusting whom. */
export const PACKAGE_CLIENT_VARIABLES: readonly string[] = [
  "LANG",
  "PIP_CERT",
  "PIP_CONFIG_FILE",
  "PIP_FIND_LINKS",
  "PIP_INDEX_URL",
  "REQUESTS_CA_BUNDLE",
  "SSL_CERT_FILE",
  "UV_DEFAULT_INDEX",
  "UV_INDEX",
  "UV_INDEX_URL",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
  "http_proxy",
  "https_proxy",
  "no_proxy",
];

/**
 * Every environment variable that owllm reads; the grants are made from this list. The variable
 * that `server.api_key_env` names comes to it at run time.
 */
export const ENVIRONMENT: readonly EnvironmentVariable[] = [
  ...SETTING_KEYS.map((key) => ({
    name: variableOf(key),
    purpose: SETTINGS[key].brief,
    setting: key,
  })),
  { name: "OLLAMA_HOST", purpose: "Where Ollama listens", setting: "server.ollama_url" },
  { name: "OLLAMA_MODELS", purpose: "Where Ollama keeps its weights" },
  {
    name: "OTEL_EXPORTER_OTLP_ENDPOINT",
    purpose: "Where an OTLP collector listens; /v1/traces is added",
    setting: "trace.otlp_endpoint",
  },
  {
    name: "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    purpose: "Where traces are sent, as it is; wins over the one above",
    setting: "trace.otlp_endpoint",
  },
  { name: "OTEL_EXPORTER_OTLP_HEADERS", purpose: "Headers for the OTLP endpoint: name=value,…" },
  { name: "OTEL_EXPORTER_OTLP_TRACES_HEADERS", purpose: "The same, for traces alone" },
  { name: "OTEL_EXPORTER_OTLP_TIMEOUT", purpose: "Longest that a sending may take, in ms" },
  { name: "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", purpose: "The same, for traces alone" },
  {
    name: "OWLLM_ALLOW_NET",
    purpose: "Hosts beyond this machine that may be asked: host[:port],…",
  },
  { name: "OWLLM_API_KEY", purpose: "The usual variable for server.api_key_env to name" },
  { name: "OWLLM_DEBUG", purpose: "Show where an unexpected error came from" },
  { name: "NO_COLOR", purpose: "No colour when set (no-color.org)" },
  { name: "TERM", purpose: 'No colour and no live display when "dumb"' },
  { name: "DOCKER_HOST", purpose: "Where the container daemon listens" },
  ...["CONTAINERS_CONF", "CONTAINERS_STORAGE_CONF", "DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR"]
    .map((name) => ({ name, purpose: "Passed on to podman" })),
  { name: "HOME", purpose: "The home directory" },
  { name: "PATH", purpose: "Where to look for git, docker and the like" },
  { name: "TMPDIR", purpose: "Where temporary files go" },
  ...PACKAGE_CLIENT_VARIABLES.map((name) => ({
    name,
    purpose: "Passed on to uv or pip, which fetch weights",
  })),
  { name: "XDG_CONFIG_HOME", purpose: "Where owllm/config.toml is" },
  { name: "XDG_STATE_HOME", purpose: "Where owllm/owllm.db is" },
  { name: "XDG_DATA_HOME", purpose: "Where the weights of the built-in engine are" },
  { name: "XDG_CACHE_HOME", purpose: "Where what can be fetched again is" },
];
