import type { LoadedConfig } from "../config/mod.ts";
import type { PulledWeights } from "../models/mod.ts";
import type { Cli } from "./context.ts";
import type { Output } from "./output.ts";
import { startProgressBar } from "./progress_bar.ts";

/** Fetches the default weights of the built-in engine with a progress bar. */
export async function pullWeights(
  cli: Cli,
  out: Output,
  config: LoadedConfig,
): Promise<PulledWeights> {
  const { DEFAULT_WEIGHTS, pullDefaultWeights } = await import("../models/mod.ts");
  using bar = startProgressBar(out, `Fetching ${DEFAULT_WEIGHTS.id}`);
  return await pullDefaultWeights({
    directory: `${config.paths.data}/models`,
    env: cli.env,
    clock: cli.clock,
    ids: cli.ids,
    signal: cli.signal,
    onProgress: bar.update,
  });
}
