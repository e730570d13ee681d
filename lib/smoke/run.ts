import type { Clock } from "../core/mod.ts";
import { type ModelProvider, traceProvider } from "../models/mod.ts";
import type { SmokeRunsTable } from "../state/mod.ts";
import type { SessionTracer } from "../trace/mod.ts";
import { createProbeContext } from "./context.ts";
import type { Probe, ProbeResult, ServerFacts, SmokeSettings } from "./probe.ts";
import { deriveProfile, type Profile } from "./profile.ts";
import { runProbes, type SmokeEvent } from "./runner.ts";
import { traceProbe } from "./trace.ts";

/** `interrupted`: stopped by the person; the probes done until then are in the run. */
export type SmokeStatus = "pass" | "warn" | "fail" | "interrupted";

/** What a smoke of one model needs. */
export interface SmokeRunOptions {
  /** The id by which the user named the model. */
  readonly modelId: string;
  readonly server: ServerFacts;
  /** The model's name on the server. */
  readonly model: string;
  readonly provider: ModelProvider;
  /** Ollama's `/v1`; undefined for every other kind. */
  readonly compat?: ModelProvider | undefined;
  readonly probes: readonly Probe[];
  readonly settings: SmokeSettings;
  /** Where each result is committed before the next probe starts; undefined keeps nothing. */
  readonly store?: SmokeRunsTable | undefined;
  /** Records every probe and every call of the model; its session has the run's id. */
  readonly tracer?: SessionTracer | undefined;
  readonly owllmVersion: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  onEvent?(event: SmokeEvent): void;
}

/** A finished or interrupted smoke. */
export interface SmokeRun {
  /** Id in the state; undefined when nothing was stored. */
  readonly runId: string | undefined;
  readonly modelId: string;
  readonly server: ServerFacts;
  readonly model: string;
  readonly settings: SmokeSettings;
  readonly status: SmokeStatus;
  readonly startedAt: Date;
  readonly durationMs: number;
  readonly owllmVersion: string;
  readonly results: readonly ProbeResult[];
  readonly profile: Profile;
}

/** Runs the probes against a model and stores each result as it comes. */
export async function runSmoke(options: SmokeRunOptions): Promise<SmokeRun> {
  const { clock, store, server, settings } = options;
  const startedAt = clock.now();
  const start = clock.monotonic();
  const runId = store?.start({
    modelId: options.modelId,
    kind: server.kind,
    baseUrl: server.baseUrl,
    serverVersion: server.version ?? null,
    tier: settings.tier,
    owllmVersion: options.owllmVersion,
  });
  const results = new Map<string, ProbeResult>();
  const context = createProbeContext({ ...options, ...traced(options), results });
  const keep = (result: ProbeResult, seq: number) => {
    if (runId !== undefined) store?.addProbe(runId, seq, result);
  };
  startTrace(options, runId);
  const interrupted = !await allProbes(options, context, results, keep);
  const judged = [...results.values()];
  const status = interrupted ? "interrupted" : statusOf(judged);
  const profile = deriveProfile(judged, server);
  if (runId !== undefined) store?.finish(runId, { status, profile });
  options.tracer?.endSession(interrupted ? { error: options.signal.reason } : {});
  return {
    runId,
    modelId: options.modelId,
    server,
    model: options.model,
    settings,
    status,
    startedAt,
    durationMs: Math.round(clock.monotonic() - start),
    owllmVersion: options.owllmVersion,
    results: judged,
    profile,
  };
}

/** The providers, recording what passes through them where a tracer listens. */
function traced({ provider, compat, tracer, clock }: SmokeRunOptions) {
  if (tracer === undefined) return { provider, compat };
  const options = { tracer, clock };
  return {
    provider: traceProvider(provider, options),
    compat: compat === undefined ? undefined : traceProvider(compat, options),
  };
}

function startTrace(options: SmokeRunOptions, runId: string | undefined): void {
  const { tracer, modelId, model, server, settings, owllmVersion } = options;
  tracer?.startSession({
    ...runId === undefined ? {} : { sessionId: runId },
    kind: "smoke",
    metadata: {
      model_id: modelId,
      model,
      server,
      tier: settings.tier,
      owllm_version: owllmVersion,
    },
  });
}

/** False when the person stopped the run. */
async function allProbes(
  { probes, signal, onEvent, tracer }: SmokeRunOptions,
  context: ReturnType<typeof createProbeContext>,
  results: Map<string, ProbeResult>,
  keep: (result: ProbeResult, seq: number) => void,
): Promise<boolean> {
  try {
    for await (const event of runProbes(probes, context, results)) {
      if (event.type === "probe_done") keep(event.result, results.size - 1);
      if (tracer !== undefined) traceProbe(tracer, event);
      onEvent?.(event);
    }
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    tracer?.endSession({ error });
    throw error;
  }
}

/** The worst result; a run in which nothing could be judged is a warning. */
export function statusOf(results: readonly ProbeResult[]): Exclude<SmokeStatus, "interrupted"> {
  const has = (status: ProbeResult["status"]) => results.some((one) => one.status === status);
  if (has("fail")) return "fail";
  return has("warn") || !has("pass") ? "warn" : "pass";
}
