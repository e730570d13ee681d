import { checkHost } from "../../config/mod.ts";
import { err, ok, OwllmError, type Result } from "../../core/mod.ts";
import { createRedactor } from "../redact.ts";

/** Where spans are sent. */
export interface OtlpTarget {
  readonly url: URL;
  /** They may hold secrets: never shown, never stored. */
  readonly headers: ReadonlyMap<string, string>;
  /** Longest that one request may take, in milliseconds. */
  readonly timeoutMs: number;
  /** Takes the values of the headers out of what is said about this endpoint. */
  hide(text: string): string;
}

/** A request to an endpoint on this machine takes milliseconds; the specification says ten seconds. */
const DEFAULT_TIMEOUT_MS = 10_000;

/**
 * The endpoint of a setting or flag. An address without a path means `/v1/traces` there.
 *
 * The error is `denied` for another host without a grant and `config` for headers that cannot be
 * read; none quotes a header.
 */
export function otlpTarget(
  endpoint: string,
  env: (name: string) => string | undefined,
): Result<OtlpTarget> {
  const url = URL.parse(endpoint);
  if (url === null) {
    return err(
      new OwllmError({
        code: "usage",
        message: `Cannot send traces to "${endpoint}": it is no address`,
        recoverySuggestion: "Name one such as http://127.0.0.1:6006",
      }),
    );
  }
  if (url.username !== "" || url.password !== "") {
    return err(
      new OwllmError({
        code: "usage",
        message: `Cannot send traces to "${url.host}" with a password in the address`,
        recoverySuggestion: "Put it into OTEL_EXPORTER_OTLP_HEADERS as authorization=…",
      }),
    );
  }
  const allowed = checkHost(url, env("OWLLM_ALLOW_NET"));
  if (!allowed.ok) return allowed;
  if (url.pathname === "/") url.pathname = "/v1/traces";
  const headers = readHeaders(env);
  if (!headers.ok) return headers;
  const { text } = createRedactor([...headers.value.values()]);
  return ok({ url, headers: headers.value, timeoutMs: timeout(env), hide: text });
}

/** `name=value,name=value` with the values percent-encoded; those for traces win. */
function readHeaders(
  env: (name: string) => string | undefined,
): Result<ReadonlyMap<string, string>> {
  const headers = new Map<string, string>();
  const common = { name: "OTEL_EXPORTER_OTLP_HEADERS", text: env("OTEL_EXPORTER_OTLP_HEADERS") };
  const traces = {
    name: "OTEL_EXPORTER_OTLP_TRACES_HEADERS",
    text: env("OTEL_EXPORTER_OTLP_TRACES_HEADERS"),
  };
  for (const { name, text = "" } of [common, traces]) {
    for (const [i, part] of text.split(",").entries()) {
      if (part.trim() === "") continue;
      const header = readHeader(part);
      if (header === undefined) return err(badHeader(name, i + 1));
      headers.set(...header);
    }
  }
  return ok(headers);
}

function readHeader(part: string): [string, string] | undefined {
  const [, name = "", value = ""] = /^\s*([^=\s]+)\s*=(.*)$/.exec(part) ?? [];
  try {
    const pair: [string, string] = [name.toLowerCase(), decodeURIComponent(value.trim())];
    new Headers([pair]);
    return name === "" ? undefined : pair;
  } catch {
    return undefined; // No header can be called that or hold that.
  }
}

function badHeader(variable: string, position: number): OwllmError {
  return new OwllmError({
    code: "config",
    message: `Cannot read header ${position} in ${variable}`,
    recoverySuggestion: `Write ${variable} as name=value,name=value with percent-encoded values`,
  });
}

function timeout(env: (name: string) => string | undefined): number {
  const text = env("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT") || env("OTEL_EXPORTER_OTLP_TIMEOUT");
  const ms = Number(text ?? "");
  return Number.isFinite(ms) && ms > 0 ? ms : DEFAULT_TIMEOUT_MS;
}
