import { messageOf, OwllmError } from "../core/mod.ts";
import { fixFor } from "./fixes.ts";
import { READ_LOG, START_SERVER } from "./fixes/server.ts";
import {
  fail,
  type Probe,
  type ProbeContext,
  type ProbeNeeds,
  type ProbeOutcome,
  type ProbeResult,
  skip,
} from "./probe.ts";
import { canThink } from "./thinking.ts";

/** What happens during a run, in order: each `probe_start` is followed by its `probe_done`. */
export type SmokeEvent =
  | { readonly type: "probe_start"; readonly probe: Probe }
  | { readonly type: "probe_done"; readonly probe: Probe; readonly result: ProbeResult };

/**
 * Runs probes one after the other; `results` is the map that the context's `earlier` reads.
 * After a fatal failure, or when the server stops answering, the rest is skipped and says why.
 *
 * @throws the signal's reason when the run is aborted; what was finished is in `results`.
 */
export async function* runProbes(
  probes: readonly Probe[],
  context: ProbeContext,
  results: Map<string, ProbeResult>,
): AsyncGenerator<SmokeEvent, void, undefined> {
  let stopped: string | undefined;
  for (const probe of probes) {
    context.signal.throwIfAborted();
    yield { type: "probe_start", probe };
    const start = context.clock.monotonic();
    const { outcome, error } = stopped === undefined
      ? await runOne(probe, context)
      : { outcome: skip(stopped), error: undefined };
    context.signal.throwIfAborted();
    const { id, group, tier } = probe;
    const ms = Math.round((context.clock.monotonic() - start) * 10) / 10;
    const result: ProbeResult = { id, group, tier, ms, ...outcome };
    results.set(id, result);
    yield { type: "probe_done", probe, result };
    stopped ??= await reasonToStop(probe, outcome, error, context);
  }
}

interface Attempt {
  readonly outcome: ProbeOutcome;
  readonly error: OwllmError | undefined;
}

async function runOne(probe: Probe, context: ProbeContext): Promise<Attempt> {
  try {
    const unmet = await unmetNeed(probe.needs, context);
    const outcome = unmet === undefined ? await probe.run(context) : skip(unmet);
    return { outcome, error: undefined };
  } catch (error) {
    const known = error instanceof OwllmError ? error : undefined;
    return { outcome: outcomeOfError(error, context), error: known };
  }
}

/** A server's error is a failure of the server; anything else is a defect of owllm and says so. */
function outcomeOfError(error: unknown, context: ProbeContext): ProbeOutcome {
  if (!(error instanceof OwllmError)) {
    const at = error instanceof Error ? error.stack?.split("\n")[1]?.trim() ?? "" : "";
    return fail(
      {},
      `owllm itself failed in this probe: ${messageOf(error)} ${at}`.trim(),
      "Report this line together with the server's kind and version",
    );
  }
  const measured = Object.fromEntries(
    Object.entries(error.context).filter(([key]) => key !== "url" && key !== "body"),
  );
  const table = error.code === "unreachable" ? START_SERVER : READ_LOG;
  const fix = error.recoverySuggestion ?? fixFor(context, table);
  return fail({ error: error.code, ...measured }, error.message, fix);
}

/** Why a probe makes no sense here; undefined when it does. */
async function unmetNeed(needs: ProbeNeeds, context: ProbeContext): Promise<string | undefined> {
  const { kind, baseUrl } = context.server;
  if (needs.kinds !== undefined && !needs.kinds.includes(kind)) {
    return `Only for ${needs.kinds.join(", ")}: this is ${kind}`;
  }
  if (needs.nativeTools && kind === "builtin") return "The built-in engine has no tool parser";
  if (needs.local && (kind === "builtin" || !isLoopback(baseUrl))) {
    return "Only for a server process on this machine";
  }
  if (needs.thinking && !await canThink(context)) return "The model does not think";
  return undefined;
}

function isLoopback(baseUrl: string): boolean {
  const { hostname } = new URL(baseUrl);
  return hostname === "localhost" || hostname === "[::1]" || hostname.startsWith("127.");
}

/** Why nothing after this probe can be judged; undefined when the run goes on. */
async function reasonToStop(
  probe: Probe,
  outcome: ProbeOutcome,
  error: OwllmError | undefined,
  context: ProbeContext,
): Promise<string | undefined> {
  if (probe.fatal && outcome.status === "fail") return `Not judged, because ${probe.id} failed`;
  if (error?.code !== "unreachable") return undefined;
  try {
    await context.provider.listModels(context.signal);
    return undefined;
  } catch (gone) {
    return `Not judged: the server stopped answering during ${probe.id} (${messageOf(gone)})`;
  }
}
