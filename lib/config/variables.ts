import { type ConfigProblem, shown } from "./problem.ts";
import { expectedOf, schemaOf } from "./schema.ts";
import { SETTING_KEYS, type SettingKey, SETTINGS, type ValueKind } from "./settings.ts";
import { variableOf } from "./environment.ts";

/** A checked value and where it came from. */
export interface Found {
  readonly key: SettingKey;
  readonly value: unknown;
  /** `OWLLM_SMOKE_TIER`. */
  readonly variable: string;
}

/** The settings in the environment. An empty variable counts as unset. */
export function readVariables(
  env: (name: string) => string | undefined,
): { readonly found: readonly Found[]; readonly problems: readonly ConfigProblem[] } {
  const found: Found[] = [];
  const problems: ConfigProblem[] = [];
  for (const key of SETTING_KEYS) {
    const variable = variableOf(key);
    const text = env(variable)?.trim() ?? "";
    if (text === "") continue;
    const { kind } = SETTINGS[key];
    const parsed = schemaOf(kind).safeParse(fromText(text, kind));
    if (parsed.success) found.push({ key, value: parsed.data, variable });
    else problems.push({ where: variable, key, message: wrong(text, kind) });
  }
  if ((env("NO_COLOR") ?? "") !== "" && !found.some(({ key }) => key === "output.color")) {
    found.push({ key: "output.color", value: false, variable: "NO_COLOR" });
  }
  const otlp = otlpEndpoint(env);
  if (otlp !== undefined && !found.some(({ key }) => key === "trace.otlp_endpoint")) {
    const { variable, text, value } = otlp;
    const key = "trace.otlp_endpoint";
    if (value !== undefined) found.push({ key, value, variable });
    else problems.push({ where: variable, key, message: wrong(text, "url") });
  }
  const host = env("OLLAMA_HOST")?.trim() ?? "";
  if (host !== "" && !found.some(({ key }) => key === "server.ollama_url")) {
    const value = ollamaUrl(host);
    if (value !== undefined) {
      found.push({ key: "server.ollama_url", value, variable: "OLLAMA_HOST" });
    } else {
      const message = `The value is ${
        shown(host)
      }, expected a host and port such as "127.0.0.1:11434"`;
      problems.push({ where: "OLLAMA_HOST", key: "server.ollama_url", message });
    }
  }
  return { found, problems };
}

function wrong(text: string, kind: ValueKind): string {
  const lists: Partial<Record<ValueKind, string>> = {
    ports: 'ports such as "8080,8000"',
    names: 'names without a slash such as "target,node_modules"',
  };
  const expected = lists[kind] ?? expectedOf(kind);
  return `The value is ${shown(text)}, expected ${expected}`;
}

/** A variable's text as the type that its kind has in a file; text that does not fit stays text. */
function fromText(text: string, kind: ValueKind): unknown {
  switch (kind) {
    case "boolean":
      return { true: true, "1": true, false: false, "0": false }[text.toLowerCase()] ?? text;
    case "count":
    case "number":
    case "port":
      return /^\d+(\.\d+)?$/.test(text) ? Number(text) : text;
    case "ports":
      return text.split(",").map((part) => fromText(part.trim(), "port"));
    case "names":
      return text.split(",").map((part) => part.trim());
    default:
      return text;
  }
}

/**
 * The endpoint for traces as the specification of OpenTelemetry's variables has it: the one for
 * traces is taken as it is, the common one is the root of all signals.
 */
function otlpEndpoint(env: (name: string) => string | undefined) {
  const traces = env("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")?.trim() ?? "";
  const common = env("OTEL_EXPORTER_OTLP_ENDPOINT")?.trim() ?? "";
  const text = traces || common;
  if (text === "") return undefined;
  const variable = traces === ""
    ? "OTEL_EXPORTER_OTLP_ENDPOINT"
    : "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
  const parsed = schemaOf("url").safeParse(traces || `${common.replace(/\/+$/, "")}/v1/traces`);
  return { variable, text, value: parsed.success ? parsed.data : undefined };
}

/**
 * The address in `OLLAMA_HOST`, read as Ollama's own client reads it: scheme and port may be left
 * out, and an address to listen on everywhere means this machine.
 */
function ollamaUrl(host: string): string | undefined {
  const [, scheme, rest = ""] = /^(?:(https?):\/\/)?(.*)$/i.exec(host) ?? [];
  const address = rest.startsWith(":") ? `127.0.0.1${rest}` : rest;
  const url = URL.parse(`${scheme ?? "http"}://${address}`);
  if (url === null || url.hostname === "") return undefined;
  const named = /:\d+$/.test(address.replace(/\/.*$/, ""));
  if (!named && scheme === undefined) url.port = "11434";
  if (url.hostname === "0.0.0.0") url.hostname = "127.0.0.1";
  if (url.hostname === "[::]") url.hostname = "[::1]";
  return url.href.replace(/\/+$/, "");
}
