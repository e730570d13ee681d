import { identifyServer } from "../../models/mod.ts";
import { fixFor } from "../fixes.ts";
import { START_SERVER, UPGRADE_SERVER } from "../fixes/server.ts";
import { fail, pass, type Probe, type ProbeContext, type ProbeOutcome, warn } from "../probe.ts";
import { bugsOf } from "./_shared/known_bugs.ts";

/** Which program answers, in which version, and is that version known to be bad? */
export const srvKind: Probe = {
  id: "srv.kind",
  group: "A",
  tier: "quick",
  title: "kind and version of the server; versions with known bugs",
  needs: {},
  run: (context) =>
    context.server.kind === "builtin"
      ? Promise.resolve(pass({ kind: "builtin" }))
      : identify(context),
};

async function identify(context: ProbeContext): Promise<ProbeOutcome> {
  const { server, signal } = context;
  const found = await identifyServer(server.baseUrl, signal);
  if (!found.ok) return fail({}, found.error.message, fixFor(context, START_SERVER));
  const { kind, version = server.version } = found.value;
  const measured = { kind, version: version ?? null };
  // A server behind a key shows only that it is a /v1; then what was known before holds.
  if (kind !== server.kind && kind !== "openai_compatible") {
    return warn(
      { ...measured, expected_kind: server.kind },
      `This was ${server.kind} and now ${kind} answers at ${server.baseUrl}`,
      `owllm smoke model ${server.baseUrl}#${context.model}`,
    );
  }
  const bugs = bugsOf(server.kind, version);
  if (bugs.length > 0) {
    return warn(
      { ...measured, known_bugs: bugs.length },
      `${server.kind} ${version} is known to be bad: ${bugs.join("; ")}`,
      fixFor(context, UPGRADE_SERVER),
    );
  }
  return pass(measured);
}
