import { EXIT } from "../../core/mod.ts";
import type { LoadedConfig } from "../../config/mod.ts";
import type { Applied, FixPlan, ProbeReport } from "../../smoke/mod.ts";
import type { State } from "../../state/mod.ts";
import { defineCommand, type Run } from "../command.ts";
import { loadSettings, openStateFor } from "../load.ts";
import { MODEL_ID } from "../model_id.ts";
import { lookupOf, openTarget, type Target } from "../model_target.ts";
import type { Output } from "../output.ts";
import { runShownSmoke } from "../run_smoke.ts";
import { printable, verbatim, wrap } from "../text_width.ts";

/** Stored runs that are looked through for one that was finished. */
const RECENT_RUNS = 10;

// An alias, and not an interface: stricli wants to see the flags as a record.
type Flags = { readonly apply: boolean };

/** `owllm fix <id>`. */
export const fix = defineCommand<Flags, [id: string]>({
  brief: "Write the cure for what the last smoke of a model found",
  description:
    "For Ollama a Modelfile, for llama.cpp and vLLM the server's command line, for LM Studio the " +
    "steps, for builtin the configuration. Without a stored smoke it makes a quick one. --apply " +
    "makes the derived Ollama model, smokes it, and removes it again if something that worked is lost.",
  examples: ["owllm fix qwen2.5-coder:7b", "owllm fix qwen2.5-coder:7b --apply"],
  flags: {
    apply: {
      kind: "boolean",
      brief: "Make the derived model and prove it (Ollama only)",
      default: false,
      withNegated: false,
    },
  },
  positional: { kind: "tuple", parameters: [MODEL_ID] },
  run: writeFix,
});

async function writeFix(run: Run<Flags>, id: string): Promise<void> {
  const { cli, out, flags } = run;
  const config = await loadSettings(cli, flags);
  using state = await openStateFor(cli, flags);
  const { resolveModel } = await import("../../models/mod.ts");
  const lookup = await lookupOf(cli, config, state);
  await using target = await openTarget(
    cli,
    config,
    lookup,
    await resolveModel({ ...lookup, id }),
  );
  const { planFix } = await import("../../smoke/mod.ts");
  const before = await lastResults(run, config, state, target);
  const plan = planFix({
    ...target.server,
    model: target.model,
    probes: before,
    description: await target.provider.describe(target.model, cli.signal),
    agentContextTokens: config.settings.smoke.agentContextTokens,
  });
  if (!out.json) printPlan(out, id, plan, before);
  const applied = flags.apply && plan.cure.kind === "modelfile"
    ? await apply(run, config, state, target, plan.cure.derivation, before)
    : null;
  if (out.json) {
    const { cure, lines, cures, rest } = plan;
    out.printJson({ model_id: id, kind: cure.kind, lines, cures, rest, applied });
  }
  if (applied !== null) return finish(run, applied);
  if (flags.apply && plan.cure.kind !== "none") {
    out.note(`owllm applies a cure to Ollama only; for ${target.server.kind}, paste the lines`);
    cli.setExitCode(EXIT.failed);
  }
}

/** What the last finished smoke on this very server found; a quick one where there is none. */
async function lastResults(
  run: Run<Flags>,
  config: LoadedConfig,
  state: State,
  target: Target,
): Promise<readonly ProbeReport[]> {
  const { buildReport, probesOfTier, reportOfRecord } = await import("../../smoke/mod.ts");
  const { kind, baseUrl, version } = target.server;
  const stored = state.smokeRuns.list(target.id, RECENT_RUNS).find((one) =>
    one.status !== "interrupted" && one.kind === kind && one.baseUrl === baseUrl &&
    one.serverVersion === (version ?? null)
  );
  if (stored !== undefined) return reportOfRecord(stored, target.model).probes;
  const done = await runShownSmoke(run, config, state, target, probesOfTier("quick"));
  run.cli.signal.throwIfAborted();
  return buildReport(done).probes;
}

async function apply(
  run: Run<Flags>,
  config: LoadedConfig,
  state: State,
  target: Target,
  derivation: Extract<FixPlan["cure"], { kind: "modelfile" }>["derivation"],
  before: readonly ProbeReport[],
): Promise<Applied> {
  const { applyDerivation, buildReport, PROBES } = await import("../../smoke/mod.ts");
  const probes = PROBES.filter(({ id }) => before.some((one) => one.id === id));
  const { signal } = run.cli;
  return await applyDerivation({
    provider: target.provider,
    derivation,
    before,
    signal,
    async smoke(model) {
      const derived = { ...target, id: model, model };
      const done = await runShownSmoke(run, config, state, derived, probes);
      signal.throwIfAborted();
      return buildReport(done).probes;
    },
  });
}

function printPlan(
  out: Output,
  id: string,
  { cure, lines, cures, rest }: FixPlan,
  probes: readonly ProbeReport[],
): void {
  if (cure.kind === "none" && rest.length === 0) {
    out.print(`Nothing to fix: the last smoke of "${printable(id)}" found no failure or warning`);
    return;
  }
  if (cure.kind !== "none") {
    out.print(out.style.bold(`This cures ${cures.join(", ")}:`));
    for (const line of lines) out.print(verbatim(line));
  }
  if (rest.length === 0) return;
  if (cure.kind !== "none") out.print();
  out.print(out.style.bold(cure.kind === "none" ? "What to do:" : "What it does not cure:"));
  for (const { fix, probes: ids } of rest) {
    const why = probes.find((one) => one.id === ids[0])?.diagnosis ?? "";
    for (const line of wrap(`${ids.join(", ")}: ${printable(why)}`, out.columns)) out.print(line);
    out.print(out.style.bold(verbatim(fix)));
  }
}

function finish({ cli, out }: Run<Flags>, { model, kept, cured, lost }: Applied): void {
  if (kept) {
    out.print(out.style.green(`Made "${model}": it cures ${cured.join(", ")} and loses nothing`));
    out.print(`owllm smoke model ${model}`);
    return;
  }
  for (const { what, diagnosis } of lost) {
    out.print(`${out.style.red("lost")}  ${what}: ${printable(diagnosis)}`);
  }
  cli.setExitCode(EXIT.failed);
  const why = lost.length === 0
    ? "it cures nothing"
    : `it lost what worked: ${lost.map(({ what }) => what).join(", ")}`;
  out.print(`Removed "${model}" again: ${why}`);
}
