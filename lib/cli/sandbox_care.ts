import type { Settings } from "../config/mod.ts";
import type { SandboxImageRecord } from "../state/mod.ts";
import type { Cli, GlobalFlags } from "./context.ts";
import { loadSettings, openStateFor } from "./load.ts";

/** What the sandbox commands work with. */
export interface SandboxContext {
  readonly settings: Settings["sandbox"];
  readonly stateDir: string;
  readonly env: Cli["env"];
  readonly signal: AbortSignal;
}

/** The sandbox's part of the configuration, with what looking after it needs. */
export async function sandboxContext(cli: Cli, flags: GlobalFlags): Promise<SandboxContext> {
  const { settings } = await loadSettings(cli, flags);
  return {
    settings: settings.sandbox,
    stateDir: settings.state.dir,
    env: cli.env,
    signal: cli.signal,
  };
}

/** The image that was recorded for the configured engine. */
export async function recordedImage(
  cli: Cli,
  flags: GlobalFlags,
  { kind }: Settings["sandbox"],
): Promise<SandboxImageRecord | undefined> {
  if (kind === "none") return undefined;
  using state = await openStateFor(cli, flags);
  return state.sandboxImages.newest(kind);
}
