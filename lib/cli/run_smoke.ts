import type { LoadedConfig } from "../config/mod.ts";
import type { Probe, SmokeRun } from "../smoke/mod.ts";
import type { State } from "../state/mod.ts";
import type { SessionTracer } from "../trace/mod.ts";
import type { GlobalFlags } from "./context.ts";
import type { Run } from "./command.ts";
import { startDisplay } from "./live_display.ts";
import type { Target } from "./model_target.ts";
import { VERSION } from "./version.ts";

/** Smokes a model, shows it while it goes on, and stores each result. */
export async function runShownSmoke(
  { cli, out }: Pick<Run<GlobalFlags>, "cli" | "out">,
  config: LoadedConfig,
  state: State,
  target: Target,
  probes: readonly Probe[],
  tracer?: SessionTracer,
): Promise<SmokeRun> {
  const smoke = await import("../smoke/mod.ts");
  const { id, entry, server, model, provider, compat } = target;
  const { smoke: settings } = config.settings;
  const where = `${server.kind} ${server.version ?? ""}`.trim();
  out.note(
    `${model} on ${where}${server.baseUrl && ` at ${server.baseUrl}`}, ${probes.length} probes`,
  );
  using display = startDisplay(out, smoke, cli.clock);
  return await smoke.runSmoke({
    modelId: id,
    server,
    model,
    provider,
    compat,
    probes,
    settings: { ...settings, contextTokens: settings.contextTokens ?? entry?.contextTokens },
    store: state.smokeRuns,
    tracer,
    owllmVersion: VERSION,
    clock: cli.clock,
    signal: cli.signal,
    onEvent: display.onEvent,
  });
}
