import { fixFor } from "../fixes.ts";
import { BIND_LOOPBACK } from "../fixes/server.ts";
import { pass, type Probe, type ProbeContext, type ProbeOutcome, skip, warn } from "../probe.ts";
import { httpGet } from "./_shared/http_get.ts";
import { isLoopbackAddress } from "./_shared/listeners.ts";
import { listeningAddresses } from "./_shared/listening_addresses.ts";

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
  const { baseUrl } = context.server;
  const url = new URL(baseUrl);
  const port = Number(url.port || 80);
  const addresses = await listeningAddresses(port, context.signal);
  if (addresses === undefined) {
    return skip("Where it listens is unknown: /proc is closed, and ss and netstat cannot be run");
  }
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
