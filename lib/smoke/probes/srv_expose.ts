import { fixFor } from "../fixes.ts";
import { BIND_LOOPBACK } from "../fixes/server.ts";
import { pass, type Probe, type ProbeContext, type ProbeOutcome, skip, warn } from "../probe.ts";
import { httpGet } from "./_shared/http_get.ts";
import { isLoopbackAddress, listenersAt } from "./_shared/listeners.ts";

/** Can others on the network use this server? */
export const srvExpose: Probe = {
  id: "srv.expose",
  group: "A",
  tier: "quick",
  title: "the server listens on this machine only",
  needs: { local: true },
  run: whereItListens,
};

async function whereItListens(context: ProbeContext): Promise<ProbeOutcome> {
  if (Deno.build.os !== "linux") {
    return skip(`Listening addresses are read from /proc, which ${Deno.build.os} does not have`);
  }
  const { baseUrl } = context.server;
  const url = new URL(baseUrl);
  const port = Number(url.port || 80);
  const tables = await Promise.all(["/proc/net/tcp", "/proc/net/tcp6"].map(readTable));
  if (tables.every((table) => table === "")) return skip("/proc/net/tcp cannot be read");
  const addresses = listenersAt(port, ...tables);
  if (addresses.length === 0) {
    return skip(
      `Port ${port} belongs to another network namespace (a container, a forwarded port)`,
    );
  }
  const open = addresses.filter((address) => !isLoopbackAddress(address));
  const measured = { listens_on: addresses.join(", "), port };
  if (open.length === 0) return pass(measured);
  const answer = await httpGet(`${baseUrl}/v1/models`, context.signal);
  if (answer.answered && (answer.status === 401 || answer.status === 403)) {
    return pass({ ...measured, needs_key: true });
  }
  return warn(
    { ...measured, needs_key: false },
    `The server listens on ${
      open.join(", ")
    }, port ${port}, without a key: anyone on the network can use it`,
    fixFor(context, BIND_LOOPBACK),
  );
}

/** The table, or nothing where the system has none (IPv6 may be off). */
async function readTable(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    const expected = error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.NotCapable || error instanceof Deno.errors.PermissionDenied;
    if (expected) return "";
    throw error;
  }
}
