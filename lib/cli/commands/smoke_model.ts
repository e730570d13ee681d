import { EXIT, OwllmError } from "../../core/mod.ts";
import type { FlagValue, LoadedConfig } from "../../config/mod.ts";
import type { ResolvedModel } from "../../models/mod.ts";
import type { Probe, ProbeTier, SmokeReport, SmokeRun } from "../../smoke/mod.ts";
import type { State } from "../../state/mod.ts";
import { defineCommand, reportError, type Run } from "../command.ts";
import { loadSettings, openStateFor } from "../load.ts";
import { MODEL_ID } from "../model_id.ts";
import { pullWeights } from "../pull_weights.ts";
import { anyModel, lookupOf, onlyModel, openTarget, type Target } from "../model_target.ts";
import { runShownSmoke } from "../run_smoke.ts";
import { printSummary } from "../smoke_summary.ts";
import { startTrace, TRACE_FLAGS, type TraceFlags } from "../tracing.ts";
import { VERSION } from "../version.ts";
import { checkReportFiles, writeReports } from "../write_reports.ts";

type Flags = TraceFlags & {
  readonly server?: string;
  readonly full: boolean;
  readonly deep: boolean;
  readonly probe?: readonly string[];
  readonly context?: number;
  readonly list: boolean;
  readonly strict: boolean;
  readonly auto: boolean;
  readonly junit?: string;
  readonly html?: string;
};

const text = (value: string): string => value;

/** `owllm smoke model [id]`. */
export const smokeModel = defineCommand<Flags, [string?]>({
  brief: "Probe a model server and say what works, what does not, and the line to paste",
  description:
    "The id is a registered model, a name that a server on loopback knows, builtin, or URL#name. " +
    "Without one it takes the only model there is.\n" +
    "Exit codes: 0 pass or warnings, 1 a probe failed (with --strict: or warned), 2 wrong id or flag, " +
    "3 no server, 130 interrupted.",
  examples: [
    "owllm smoke model qwen2.5-coder:7b",
    "owllm smoke model qwen2.5-coder:7b --full --html report.html",
    "owllm smoke model http://127.0.0.1:8080 --json",
    "owllm smoke model builtin --probe gen.basic --probe gen.schema",
    "owllm smoke model smollm2 --trace",
    "owllm smoke model --list",
  ],
  flags: {
    server: {
      kind: "parsed",
      parse: text,
      brief: "Address of the server to ask",
      optional: true,
      placeholder: "URL",
    },
    full: {
      kind: "boolean",
      brief: "Also the standard tier (about 3 minutes on a 7B)",
      default: false,
      withNegated: false,
    },
    deep: {
      kind: "boolean",
      brief: "All tiers, with bisection and repetition",
      default: false,
      withNegated: false,
    },
    probe: {
      kind: "parsed",
      parse: text,
      brief: "Only this probe; give it several times",
      optional: true,
      variadic: true,
      placeholder: "ID",
    },
    context: {
      kind: "parsed",
      parse: tokens,
      brief: "Context to ask the server for, in tokens",
      optional: true,
      placeholder: "TOKENS",
    },
    list: { kind: "boolean", brief: "List the probes and end", default: false, withNegated: false },
    strict: { kind: "boolean", brief: "Warnings fail too", default: false, withNegated: false },
    auto: {
      kind: "boolean",
      brief: "Without an id: take any model of a server, else builtin, and get its weights",
      default: false,
      withNegated: false,
    },
    junit: {
      kind: "parsed",
      parse: text,
      brief: "Also write a JUnit report",
      optional: true,
      placeholder: "FILE",
    },
    html: {
      kind: "parsed",
      parse: text,
      brief: "Also write one self-contained page",
      optional: true,
      placeholder: "FILE",
    },
    ...TRACE_FLAGS,
  },
  positional: { kind: "tuple", parameters: [{ ...MODEL_ID, optional: true }] },
  run: smoke,
});

function tokens(value: string): number {
  const count = Number(value);
  if (Number.isInteger(count) && count > 0) return count;
  throw new RangeError(`"${value}" is no number of tokens`);
}

async function smoke(run: Run<Flags>, id?: string): Promise<void> {
  const { cli, out, flags } = run;
  if (flags.list) return await listProbes(run);
  const config = await loadSettings(cli, flags, given(flags));
  const probes = await choose(flags, config.settings.smoke.tier);
  await checkReportFiles(flags);
  using state = await openStateFor(cli, flags);
  const started = { at: cli.clock.now(), ms: cli.clock.monotonic() };
  try {
    const lookup = await lookupOf(cli, config, state);
    const resolved = await resolve(lookup, config, flags, id);
    if (flags.auto && resolved.where === "builtin" && resolved.gguf === undefined) {
      await pullWeights(cli, out, config);
    }
    await using target = await openTarget(cli, config, lookup, resolved);
    const report = await runOn(run, config, state, target, probes);
    cli.setExitCode(exitCodeOf(report, flags.strict));
  } catch (error) {
    if (!(error instanceof OwllmError) || !out.json || cli.signal.aborted) throw error;
    const { buildErrorReport } = await import("../../smoke/mod.ts");
    const durationMs = Math.round(cli.clock.monotonic() - started.ms);
    const { tier } = config.settings.smoke;
    const common = { tier, startedAt: started.at, durationMs, owllmVersion: VERSION };
    out.printJson(buildErrorReport({ modelId: id ?? "", error, ...common }));
    cli.setExitCode(reportError(error, false));
  }
}

/** The settings that flags set. */
function given(flags: Flags): FlagValue[] {
  return [
    ...flags.server === undefined
      ? []
      : [{ key: "server.url", flag: "--server", value: flags.server } as const],
    ...flags.deep ? [{ key: "smoke.tier", flag: "--deep", value: "deep" } as const] : [],
    ...flags.full && !flags.deep
      ? [{ key: "smoke.tier", flag: "--full", value: "standard" } as const]
      : [],
    ...flags.context === undefined
      ? []
      : [{ key: "smoke.context_tokens", flag: "--context", value: flags.context } as const],
  ];
}

async function choose(flags: Flags, tier: ProbeTier): Promise<readonly Probe[]> {
  const { probesById, probesOfTier } = await import("../../smoke/mod.ts");
  return flags.probe === undefined || flags.probe.length === 0
    ? probesOfTier(tier)
    : probesById(flags.probe);
}

async function resolve(
  lookup: Awaited<ReturnType<typeof lookupOf>>,
  config: LoadedConfig,
  flags: Flags,
  id: string | undefined,
): Promise<ResolvedModel> {
  const { resolveModel } = await import("../../models/mod.ts");
  const wanted = id ?? config.settings.model.default;
  if (wanted !== undefined) return await resolveModel({ ...lookup, id: wanted });
  return flags.auto ? await anyModel(lookup) : await onlyModel(lookup);
}

async function runOn(
  run: Run<Flags>,
  config: LoadedConfig,
  state: State,
  target: Target,
  probes: readonly Probe[],
): Promise<SmokeReport> {
  const { out } = run;
  const { buildReport } = await import("../../smoke/mod.ts");
  await using trace = await startTrace(run, config, state);
  const done = await runShownSmoke(run, config, state, target, probes, trace.tracer);
  trace.session = done.runId ?? trace.session;
  remember(state, target, done);
  const report = buildReport(done);
  // Before the terminal: whoever closes the pipe early still wants the files.
  await writeReports(report, run.flags);
  if (out.json) out.printJson(report);
  else await printSummary(out, report);
  return report;
}

/** A model that was seen working for the first time is registered by itself. */
function remember(state: State, target: Target, { profile, results }: SmokeRun): void {
  const works = results.some(({ id, status }) =>
    id === "gen.basic" && status !== "fail" && status !== "skip"
  );
  if (!works) return;
  const { id, server, model, entry } = target;
  state.servers.seen({ ...server, version: server.version ?? null, pid: null });
  if (entry === undefined) {
    state.models.upsert({
      id,
      kind: server.kind,
      baseUrl: server.baseUrl,
      name: model,
      source: "seen",
    });
  }
  state.models.saveProfile(id, profile);
}

function exitCodeOf({ status }: SmokeReport, strict: boolean): number {
  if (status === "interrupted") return EXIT.interrupted;
  return status === "fail" || (strict && status === "warn") ? EXIT.failed : EXIT.ok;
}

async function listProbes({ out }: Run<Flags>): Promise<void> {
  const { PROBES } = await import("../../smoke/mod.ts");
  if (out.json) {
    return out.printJson(PROBES.map(({ id, group, tier, title }) => ({ id, group, tier, title })));
  }
  const width = Math.max(...PROBES.map(({ id }) => id.length));
  for (const { id, group, tier, title } of PROBES) {
    out.print(`${group}  ${id.padEnd(width)}  ${tier.padEnd(8)}  ${title}`);
  }
}
