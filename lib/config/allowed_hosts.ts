import { err, ok, OwllmError, type Result } from "../core/mod.ts";

/**
 * Whether a server may be asked: this machine always, another host only when `OWLLM_ALLOW_NET`
 * lists it as `host` or `host:port`. The URL parser has already undone odd spellings (upper case,
 * decimal and octal IPv4); what remains is judged by the address that would be connected to.
 */
export function checkHost(url: URL, allowNet: string | undefined): Result<void> {
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    return err(
      new OwllmError({
        code: "usage",
        message: `Cannot ask "${url.href}": only http and https servers are supported`,
      }),
    );
  }
  const host = canonicalHost(url.hostname);
  if (isLoopback(host)) return ok(undefined);
  const port = portOf(url);
  const granted = (allowNet ?? "").split(",").some((entry) => matches(entry.trim(), host, port));
  if (granted) return ok(undefined);
  const everywhere = host === "0.0.0.0" || host === "[::]";
  return err(
    new OwllmError({
      code: "denied",
      message: everywhere
        ? `"${host}" is where a server listens, not an address to ask`
        : `The host "${host}" is not this machine, and owllm asks no other host unless told to`,
      context: { host, port },
      recoverySuggestion: everywhere
        ? `Use http://${host === "[::]" ? "[::1]" : "127.0.0.1"}:${port}`
        : `To allow it: OWLLM_ALLOW_NET=${host}:${port} owllm …`,
    }),
  );
}

/** A host without the dot of a full domain name, and a mapped IPv4 address as what it is. */
function canonicalHost(hostname: string): string {
  const host = hostname.toLowerCase().replace(/\.$/, "");
  const mapped = /^\[::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/.exec(host);
  if (mapped === null) return host;
  const [high, low] = [parseInt(mapped[1] ?? "", 16), parseInt(mapped[2] ?? "", 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(host);
}

function portOf(url: URL): string {
  return url.port || (url.protocol === "https:" ? "443" : "80");
}

/** An entry that cannot be understood grants nothing. */
function matches(entry: string, host: string, port: string): boolean {
  const [, name = "", wanted] = /^(\[[^\]]+\]|[^:/@\s]+)(?::(\d+))?$/.exec(entry) ?? [];
  const url = name === "" ? null : URL.parse(`http://${name}`);
  if (url === null || canonicalHost(url.hostname) !== host) return false;
  return wanted === undefined || Number(wanted) === Number(port);
}
