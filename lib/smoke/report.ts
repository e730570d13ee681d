import type { OwllmError } from "../core/mod.ts";
import type { ServerKind } from "../models/mod.ts";
import type { SmokeRunRecord } from "../state/mod.ts";
import { rankFixes } from "./fix_order.ts";
import type {
  Measured,
  ProbeGroup,
  ProbeResult,
  ProbeStatus,
  ProbeTier,
  ServerFacts,
} from "./probe.ts";

/** Version of {@linkcode SmokeReport}; it grows when a key changes its meaning or goes away. */
export const SMOKE_REPORT_VERSION = 1;

/** `error`: nothing could be judged (no server, no such model); `interrupted`: stopped by hand. */
export type SmokeReportStatus = "pass" | "warn" | "fail" | "error" | "interrupted";

/** One probe in a report. */
export interface ProbeReport {
  readonly id: string;
  readonly group: ProbeGroup;
  readonly tier: ProbeTier;
  readonly status: ProbeStatus;
  /** Wall time in milliseconds. */
  readonly ms: number;
  readonly measured: Measured;
  /** Why it is not green; null for `pass`. */
  readonly diagnosis: string | null;
  readonly fix: string | null;
}

/** What failed; `probe` is null when the run failed before its first probe. */
export interface ReportError {
  readonly probe: string | null;
  readonly message: string;
  readonly fix?: string;
}

/** What `owllm smoke model --json` prints. The keys are in snake_case because they are data. */
export interface SmokeReport {
  readonly schema_version: typeof SMOKE_REPORT_VERSION;
  /** The id by which the user named the model. */
  readonly model_id: string;
  readonly status: SmokeReportStatus;
  /** True only for the built-in engine: owllm starts no foreign server. */
  readonly server_started: boolean;
  readonly health_ok: boolean;
  readonly generate_ok: boolean;
  /** Null: not judged. */
  readonly tools_ok: boolean | null;
  readonly errors: readonly ReportError[];
  /** Null when no server was found. */
  readonly server: {
    readonly kind: ServerKind;
    readonly base_url: string;
    readonly version: string | null;
  } | null;
  /** The model's name on the server. */
  readonly model: string;
  readonly tier: ProbeTier;
  /** ISO 8601, UTC. */
  readonly started_at: string;
  readonly duration_ms: number;
  /** Id in the state; null when nothing was stored. */
  readonly run_id: string | null;
  readonly owllm_version: string;
  readonly probes: readonly ProbeReport[];
  /** What the agent may rely on; null when nothing could be judged. */
  readonly profile: Readonly<Record<string, unknown>> | null;
  /** Lines of fix in order of effect, each once. */
  readonly fixes: readonly string[];
}

/** A finished or interrupted run, as far as a report needs it. */
export interface ReportedRun {
  readonly runId: string | undefined;
  readonly modelId: string;
  readonly server: ServerFacts;
  readonly model: string;
  readonly settings: { readonly tier: ProbeTier };
  readonly status: Exclude<SmokeReportStatus, "error">;
  readonly startedAt: Date;
  readonly durationMs: number;
  readonly owllmVersion: string;
  readonly results: readonly ProbeResult[];
  readonly profile: object | null;
}

/** The report of a run that judged something. */
export function buildReport(run: ReportedRun): SmokeReport {
  const probes = run.results.map(toProbeReport);
  return {
    ...judge(probes, run.server.kind === "builtin"),
    schema_version: SMOKE_REPORT_VERSION,
    model_id: run.modelId,
    status: run.status,
    server: {
      kind: run.server.kind,
      base_url: run.server.baseUrl,
      version: run.server.version ?? null,
    },
    model: run.model,
    tier: run.settings.tier,
    started_at: run.startedAt.toISOString(),
    duration_ms: run.durationMs,
    run_id: run.runId ?? null,
    owllm_version: run.owllmVersion,
    probes,
    profile: run.profile === null ? null : { ...run.profile },
  };
}

/** What is known of a run that never came to its first probe. */
export interface FailedRun {
  readonly modelId: string;
  readonly error: OwllmError;
  readonly tier: ProbeTier;
  readonly startedAt: Date;
  readonly durationMs: number;
  readonly owllmVersion: string;
}

/** The report of a run that judged nothing: no server, no such model, a refused host. */
export function buildErrorReport(run: FailedRun): SmokeReport {
  const { message, recoverySuggestion: fix } = run.error;
  return {
    schema_version: SMOKE_REPORT_VERSION,
    model_id: run.modelId,
    status: "error",
    server_started: false,
    health_ok: false,
    generate_ok: false,
    tools_ok: null,
    errors: [{ probe: null, message, ...(fix === undefined ? {} : { fix }) }],
    server: null,
    model: run.modelId,
    tier: run.tier,
    started_at: run.startedAt.toISOString(),
    duration_ms: run.durationMs,
    run_id: null,
    owllm_version: run.owllmVersion,
    probes: [],
    profile: null,
    fixes: fix === undefined ? [] : [fix],
  };
}

/** The report of a stored run. `model` is its name on the server, where that is still known. */
export function reportOfRecord(record: SmokeRunRecord, model = record.modelId): SmokeReport {
  const end = record.finishedAt === null ? undefined : Date.parse(record.finishedAt);
  const startedAt = new Date(record.startedAt);
  return buildReport({
    runId: record.id,
    modelId: record.modelId,
    server: {
      kind: record.kind as ServerKind,
      baseUrl: record.baseUrl,
      version: record.serverVersion ?? undefined,
    },
    model,
    settings: { tier: record.tier as ProbeTier },
    status: record.status,
    startedAt,
    durationMs: end === undefined
      ? record.probes.reduce((sum, { ms }) => sum + ms, 0)
      : end - startedAt.getTime(),
    owllmVersion: record.owllmVersion,
    results: record.probes.map(({ diagnosis, fix, group, tier, ...probe }) => ({
      ...probe,
      group: group as ProbeGroup,
      tier: tier as ProbeTier,
      ...(diagnosis === null ? {} : { diagnosis }),
      ...(fix === null ? {} : { fix }),
    })),
    profile: record.profile as object | null,
  });
}

function toProbeReport(result: ProbeResult): ProbeReport {
  const { id, group, tier, status, ms, measured, diagnosis, fix } = result;
  return { id, group, tier, status, ms, measured, diagnosis: diagnosis ?? null, fix: fix ?? null };
}

/** The verdicts that follow from the probes. */
function judge(probes: readonly ProbeReport[], builtin: boolean) {
  const verdict = (id: string) => {
    const status = probes.find((probe) => probe.id === id)?.status;
    return status === undefined || status === "skip" ? undefined : status !== "fail";
  };
  // A run of chosen probes may leave the deciding one out: then an answer to another proves it.
  const answered = probes.some(({ status }) => status === "pass" || status === "warn");
  const generated = probes.some(({ id, status }) =>
    /^(gen|tool|perf)\./.test(id) && (status === "pass" || status === "warn")
  );
  const calls = [verdict("tool.one"), verdict("tool.in_content")].filter((ok) => ok !== undefined);
  return {
    server_started: builtin,
    health_ok: verdict("srv.reach") ?? answered,
    generate_ok: verdict("gen.basic") ?? generated,
    tools_ok: calls.length === 0 ? null : calls.every((ok) => ok),
    errors: probes.filter(({ status }) => status === "fail").map(({ id, diagnosis, fix }) => ({
      probe: id,
      message: diagnosis ?? "Failed without a diagnosis",
      ...(fix === null ? {} : { fix }),
    })),
    fixes: rankFixes(probes).map(({ fix }) => fix),
  };
}
